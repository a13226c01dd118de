import { type BoardCell, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { type Component as ComponentData, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { useApi, useWhyNot } from '../../api/index.ts';
import { AppLink, Button, CELL_STATES, CopyButton, DigestChip, EmptyState, KeyValue } from '../../ui/index.ts';
import { Loaded, Page, Section, StateBadge, TimeAgo } from '../../ui/index.ts';
import { ComponentDialog } from './dialogs/component-dialog.tsx';
import { ComponentReleases } from './parts/component-releases.tsx';
import { PlainTable } from './parts/plain-table.tsx';
import { useParam } from '../common/use-param.ts';

/** One component: which digest of it is in which environment, and in which releases it was. */
export function Component() {
  const componentId = useParam('componentId');
  const query = useApi(RELEASES_ROUTES.getComponent, { params: { componentId } });
  const board = useApi(DEPLOYMENTS_ROUTES.getBoard, {});
  const component = query.data?.body;
  const cells = board.data?.body.rows.find((row) => row.componentId === componentId)?.cells;
  return (
    <Page
      title={component?.name ?? 'Component'}
      above={<AppLink to="/components">Components</AppLink>}
      sentence={cells === undefined ? component?.description : whereSentence(cells)}
      actions={component === undefined ? undefined : <Edit component={component} etag={query.data?.etag} />}
      command={`stella component show ${component?.name ?? componentId}`}
      asOfMs={query.data?.asOfMs}
    >
      <Loaded query={query} lines={6}>
        {({ body }) => (
          <>
            <Section title="Facts">
              <KeyValue
                rows={[
                  [
                    'Repository',
                    <>
                      <code>{body.repository}</code>
                      <CopyButton text={body.repository} what="repository" />
                    </>,
                  ],
                  body.description === '' ? undefined : ['Description', body.description],
                  ['Created', <TimeAgo at={body.createdAt} />],
                ]}
              />
            </Section>
            <Section title="What is where">
              <Loaded query={board}>{() => <Places component={body.name} cells={cells ?? []} />}</Loaded>
            </Section>
            <ComponentReleases component={body.name} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function whereSentence(cells: readonly BoardCell[]): string {
  const places = cells.filter(({ digest }) => digest !== null);
  if (places.length === 0) return 'It is in no environment yet.';
  const count = new Set(places.map(({ digest }) => digest)).size;
  const digests = count === 1 ? 'one digest' : `${count} different digests`;
  return `In ${places.length} of ${cells.length} environments, as ${digests}.`;
}

function Edit({ component, etag }: { readonly component: ComponentData; readonly etag: string | undefined }) {
  const whyNot = useWhyNot()('component.write');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon="settings" disabledReason={whyNot} onPress={() => setOpen(true)}>
        Edit…
      </Button>
      <ComponentDialog isOpen={isOpen} onClose={() => setOpen(false)} component={component} etag={etag} />
    </>
  );
}

function Places({ component, cells }: { readonly component: string; readonly cells: readonly BoardCell[] }) {
  if (cells.length === 0) {
    return (
      <EmptyState title="No environments yet" icon="environment" command="stella env create dev --order 1">
        Environments are the ordered places that releases go to.
      </EmptyState>
    );
  }
  return (
    <PlainTable
      label={`Where ${component} is`}
      items={cells}
      keyOf={({ environmentId }) => environmentId}
      columns={[
        {
          id: 'environment',
          title: 'Environment',
          isRowHeader: true,
          cell: (cell) => <AppLink to={`/environments/${cell.environmentId}`}>{cell.environment}</AppLink>,
        },
        { id: 'state', title: 'State', cell: ({ state }) => <StateBadge {...CELL_STATES[state]} /> },
        {
          id: 'release',
          title: 'Release',
          cell: ({ releaseId, release }) =>
            releaseId === null ? (
              <span className="quiet">–</span>
            ) : (
              <AppLink to={`/releases/${releaseId}`}>{release ?? 'release'}</AppLink>
            ),
        },
        {
          id: 'digest',
          title: 'Digest',
          cell: ({ digest }) =>
            digest === null ? (
              <span className="quiet">–</span>
            ) : (
              <DigestChip digest={digest} href={`/digests/${digest}`} />
            ),
        },
        { id: 'since', title: 'Since', cell: ({ since }) => <TimeAgo at={since} /> },
        {
          id: 'why',
          title: 'Why',
          cell: ({ sentence, promotionId }) => (
            <>
              {sentence}{' '}
              {promotionId === null ? null : <AppLink to={`/promotions/${promotionId}`}>Open promotion</AppLink>}
            </>
          ),
        },
      ]}
    />
  );
}
