import './releases.css';
import type { Output } from '@stella-ops/contracts';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { useApi, useCan } from '../../api/index.ts';
import {
  AppLink,
  Columns,
  CopyButton,
  EmptyState,
  Loaded,
  Page,
  Section,
  shortDigest,
  TimeAgo,
} from '../../ui/index.ts';
import { PlainTable } from './parts/plain-table.tsx';
import { useParam } from '../common/use-param.ts';

type Where = Output<typeof DEPLOYMENTS_ROUTES.whereIs>['body'];

/** Where one digest is: releases, environments, targets. */
export function Component() {
  const imageDigest = useParam('digest');
  const can = useCan();
  const query = useApi(DEPLOYMENTS_ROUTES.whereIs, { params: { imageDigest } });
  return (
    <Page
      title={shortDigest(imageDigest)}
      tabTitle={`Digest ${shortDigest(imageDigest)}`}
      above="What is where"
      sentence={query.data === undefined ? undefined : sentenceOf(query.data.body)}
      actions={
        can('scanner.read') ? (
          <AppLink to={`/images/${imageDigest}`} className="button">
            Contents and findings
          </AppLink>
        ) : undefined
      }
      command={`stella where ${imageDigest}`}
      asOfMs={query.data?.asOfMs}
    >
      <p className="whole-digest">
        <code>{imageDigest}</code>
        <CopyButton text={imageDigest} what="digest" />
      </p>
      <Loaded query={query} lines={6}>
        {({ body }) => <Places where={body} />}
      </Loaded>
    </Page>
  );
}

function sentenceOf({ environments, targets, releases }: Where): string {
  if (releases.length === 0) return 'No release pins this digest.';
  const containers = targets.reduce((sum, target) => sum + target.containers, 0);
  const seen =
    containers === 0
      ? 'seen on no target'
      : `seen in ${count(containers, 'container')} on ${count(targets.length, 'target')}`;
  if (environments.length === 0) return `In no environment now; ${seen}.`;
  return `In ${environments.map(({ name }) => name).join(', ')}; ${seen}.`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

function Places({ where }: { readonly where: Where }) {
  const { environments, targets, releases } = where;
  if (releases.length + environments.length + targets.length === 0) {
    return (
      <EmptyState title="This digest is nowhere" icon="question">
        No release pins it and no target runs it. An index digest is not in use itself: look for the digest of a
        platform.
      </EmptyState>
    );
  }
  return (
    <>
      <Columns>
        <Section title="Environments">
          <PlainTable
            label="Environments with this digest"
            items={environments}
            keyOf={({ id }) => id}
            empty="None has it now."
            columns={[
              {
                id: 'environment',
                title: 'Environment',
                isRowHeader: true,
                cell: ({ id, name }) => <AppLink to={`/environments/${id}`}>{name}</AppLink>,
              },
              { id: 'since', title: 'Since', cell: ({ since }) => <TimeAgo at={since} /> },
              {
                id: 'promotion',
                title: 'Brought by',
                cell: ({ promotionId }) => <AppLink to={`/promotions/${promotionId}`}>its promotion</AppLink>,
              },
            ]}
          />
        </Section>
        <Section title="Targets">
          <PlainTable
            label="Targets that run this digest"
            items={targets}
            keyOf={({ id }) => id}
            empty="No agent sees it running."
            columns={[
              {
                id: 'target',
                title: 'Target',
                isRowHeader: true,
                cell: ({ id, name }) => <AppLink to={`/targets/${id}`}>{name}</AppLink>,
              },
              { id: 'environment', title: 'Environment', cell: ({ environment }) => environment },
              { id: 'containers', title: 'Containers', isNumber: true, cell: ({ containers }) => containers },
            ]}
          />
        </Section>
      </Columns>
      <Section title="In releases">
        <PlainTable
          label="Releases that pin this digest"
          items={releases}
          keyOf={({ id, component }) => `${id} ${component}`}
          empty="No release pins it."
          columns={[
            {
              id: 'release',
              title: 'Release',
              isRowHeader: true,
              cell: ({ id, release }) => <AppLink to={`/releases/${id}`}>{release}</AppLink>,
            },
            { id: 'component', title: 'As component', cell: ({ component }) => component },
            { id: 'created', title: 'Created', cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
          ]}
        />
      </Section>
    </>
  );
}
