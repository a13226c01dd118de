import '../common/layout.css';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { type Image, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { useMemo } from 'react';
import { useApi, useCan, useCommand, usePages, useWhyNot } from '../../api/index.ts';
import { DataGrid } from '../../ui/grid/index.ts';
import {
  AppLink,
  Button,
  DigestChip,
  EmptyState,
  ErrorState,
  KeyValue,
  Loaded,
  Notice,
  Page,
  Section,
  Skeleton,
  StateBadge,
  Tabs,
  TimeAgo,
  useUrlQuery,
} from '../../ui/index.ts';
import { commandWord } from '../common/command-word.ts';
import { ChoiceFilter, TextFilter, useChoice } from '../common/filters.tsx';
import { localPages } from '../common/local-pages.ts';
import { choices, FINDING_STATES, OUTCOMES } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { useBytes, useDownload } from '../common/use-bytes.ts';
import { useParam } from '../common/use-param.ts';
import { counted, fileSize } from '../common/words.ts';
import { type InventoryView, readInventory, withText } from './inventory.ts';
import { COMPONENT_COLUMNS } from './parts/component-columns.tsx';
import { DECISION_COLUMNS } from './parts/decision-columns.tsx';
import { FINDING_COLUMNS_OF_IMAGE, shortName } from './parts/finding-columns.tsx';

export function Component() {
  const imageDigest = useParam('imageDigest');
  const can = useCan();
  const query = useApi(SCANNER_ROUTES.getImage, { params: { imageDigest } });
  const image = query.data?.body;
  const summary = useApi(
    FINDINGS_ROUTES.summarize,
    { query: { imageDigest: image?.digest ?? imageDigest } },
    { isEnabled: image !== undefined && can('findings.read') },
  ).data?.body;
  return (
    <Page
      title={image === undefined ? 'Image' : shortName(image.name)}
      above={<AppLink to="/images">Images</AppLink>}
      badge={image === undefined ? undefined : <DigestChip digest={image.digest} what="image digest" />}
      sentence={image === undefined ? undefined : sentenceOf(image, summary?.open)}
      actions={image === undefined ? undefined : <Sboms image={image} />}
      command={`stella image show ${commandWord(imageDigest)}`}
      asOfMs={query.data?.asOfMs}
    >
      {query.error === null ? null : <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {image === undefined && query.error === null ? <Skeleton lines={8} /> : null}
      {image === undefined ? null : (
        <>
          {image.gaps === 0 ? null : (
            <Notice tone="gate" icon="alert">
              {counted(image.gaps, 'part')} of the image could not be read: what is in there is not known, and not
              clean.
            </Notice>
          )}
          <ImageTabs image={image} />
        </>
      )}
    </Page>
  );
}

type Open = Readonly<Record<'critical' | 'high' | 'medium' | 'low' | 'none' | 'unknown', number>>;

function sentenceOf(image: Image, open: Open | undefined): string {
  const what = counted(image.components, 'component');
  if (open === undefined) return `${what} found.`;
  const counts = (['critical', 'high', 'medium', 'low', 'none', 'unknown'] as const)
    .filter((level) => open[level] > 0)
    .map(
      (level) =>
        `${open[level]} ${level === 'none' ? 'without severity' : level === 'unknown' ? 'of unknown severity' : level}`,
    );
  return counts.length === 0 ? `${what}; no finding is open.` : `${what}; open findings: ${counts.join(', ')}.`;
}

function Sboms({ image }: { readonly image: Image }) {
  const sbom = useDownload(SCANNER_ROUTES.getSbom, 'application/json');
  const stem = shortName(image.name).replaceAll(/[^A-Za-z0-9.-]+/g, '-');
  const save = (format: 'cyclonedx' | 'spdx', ending: string): void =>
    sbom.mutate({
      input: { params: { imageDigest: image.digest }, query: { format } },
      name: `${stem}.${ending}.json`,
    });
  return (
    <>
      {sbom.error === null ? null : <ErrorState error={sbom.error} />}
      <Button kind="primary" icon="download" isPending={sbom.isPending} onPress={() => save('cyclonedx', 'cdx')}>
        CycloneDX SBOM
      </Button>
      <Button icon="download" isPending={sbom.isPending} onPress={() => save('spdx', 'spdx')}>
        SPDX
      </Button>
    </>
  );
}

function ImageTabs({ image }: { readonly image: Image }) {
  const can = useCan();
  const inventory = useBytes(SCANNER_ROUTES.getInventory, { params: { imageDigest: image.digest } });
  const read = useMemo(
    () => (inventory.data === undefined ? undefined : readInventory(inventory.data)),
    [inventory.data],
  );
  const shown = { data: read, error: inventory.error, refetch: () => inventory.refetch() };
  return (
    <Tabs
      label="What is known of the image"
      tabs={[
        ...(can('findings.read')
          ? [{ id: 'findings', label: 'Findings', content: <Findings imageDigest={image.digest} /> }]
          : []),
        {
          id: 'components',
          label: `Components (${image.components.toLocaleString('en-US')})`,
          content: <Loaded query={shown}>{(inventory) => <Components inventory={inventory} />}</Loaded>,
        },
        ...(image.gaps === 0
          ? []
          : [
              {
                id: 'gaps',
                label: `Gaps (${image.gaps})`,
                content: <Loaded query={shown}>{(inventory) => <Gaps inventory={inventory} />}</Loaded>,
              },
            ]),
        ...(can('policy.read')
          ? [{ id: 'decisions', label: 'Decisions', content: <Decisions imageDigest={image.digest} /> }]
          : []),
        { id: 'facts', label: 'Facts', content: <Facts image={image} /> },
      ]}
    />
  );
}

function Findings({ imageDigest }: { readonly imageDigest: string }) {
  const status = useChoice(
    'status',
    ['open', 'not_affected', 'excepted', 'resolved', 'not_evaluated'] as const,
    'open',
  );
  const pages = usePages(FINDINGS_ROUTES.listFindings, {
    query: { imageDigest, ...(status === undefined ? {} : { status }) },
  });
  return (
    <DataGrid
      name="findings-of-image"
      label="Findings of the image"
      columns={FINDING_COLUMNS_OF_IMAGE}
      pages={pages}
      rowId={({ id }) => id}
      rowHref={({ id }) => `/findings/${id}`}
      filters={<ChoiceFilter name="status" label="Status" options={choices(FINDING_STATES)} fallback="open" />}
      empty={
        status === 'open' ? (
          <EmptyState title="No finding is open in this image" icon="check">
            By the advisories of the last decision; the next snapshot is looked at by itself.
          </EmptyState>
        ) : (
          <NoMatch what="findings" />
        )
      }
    />
  );
}

function Components({ inventory }: { readonly inventory: InventoryView }) {
  const { component = '' } = useUrlQuery();
  const found = useMemo(() => withText(inventory.components, component), [inventory, component]);
  const pages = useMemo(() => localPages(found), [found]);
  return (
    <DataGrid
      name="components-of-image"
      label="Components of the image"
      columns={COMPONENT_COLUMNS}
      pages={pages}
      rowId={({ ref }) => ref}
      filters={<TextFilter name="component" label="Find" placeholder="name, purl or licence" />}
      empty={
        component === '' ? (
          <EmptyState title="No package was found in this image" icon="box">
            It may hold a single program without a package database.
          </EmptyState>
        ) : (
          <NoMatch what="components" />
        )
      }
    />
  );
}

function Gaps({ inventory }: { readonly inventory: InventoryView }) {
  return (
    <ul className="facts-list">
      {inventory.gaps.map((gap) => (
        <li key={`${gap.code} ${gap.path ?? ''} ${gap.detail ?? ''}`}>
          <span>{gap.detail ?? gap.code}</span>
          <span className="small row">
            <code>{gap.code}</code>
            {gap.path === undefined ? null : <code>{gap.path}</code>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Decisions({ imageDigest }: { readonly imageDigest: string }) {
  const whyNot = useWhyNot();
  const outcome = useChoice('outcome', ['allow', 'deny', 'pending'] as const);
  const pages = usePages(POLICY_ROUTES.listDecisions, {
    query: { imageDigest, ...(outcome === undefined ? {} : { outcome }) },
  });
  const decide = useCommand(POLICY_ROUTES.decide);
  const made = decide.data?.body;
  return (
    <div className="stack">
      {decide.error === null ? null : <ErrorState error={decide.error} />}
      {made === undefined ? null : (
        <Notice tone={made.outcome === 'allow' ? 'good' : made.outcome === 'deny' ? 'failed' : 'human'}>
          <span className="row">
            <StateBadge {...OUTCOMES[made.outcome]} />
            <AppLink to={`/decisions/${made.id}`}>Open the new decision</AppLink>
          </span>
        </Notice>
      )}
      <DataGrid
        name="decisions-of-image"
        label="Decisions on the image"
        columns={DECISION_COLUMNS.filter(({ id }) => id !== 'image')}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/decisions/${id}`}
        filters={
          <>
            <ChoiceFilter name="outcome" label="Outcome" options={choices(OUTCOMES)} />
            <Button
              icon="policy"
              isPending={decide.isPending}
              onPress={() => decide.mutate({ body: { imageDigest } })}
              disabledReason={whyNot('policy.decide')}
            >
              Judge now
            </Button>
          </>
        }
        empty={
          outcome === undefined ? (
            <EmptyState title="This image was not judged yet" icon="policy">
              It is judged by itself once there are a policy and an advisory snapshot.
            </EmptyState>
          ) : (
            <NoMatch what="decisions" />
          )
        }
      />
    </div>
  );
}

function Facts({ image }: { readonly image: Image }) {
  return (
    <Section title="Facts">
      <KeyValue
        rows={[
          ['Name', <code key="n">{image.name}</code>],
          [
            'Manifest',
            <DigestChip key="d" digest={image.digest} href={`/digests/${image.digest}`} what="manifest digest" />,
          ],
          [
            'Config',
            image.configDigest === null ? '–' : <DigestChip key="c" digest={image.configDigest} what="config digest" />,
          ],
          [
            'Index',
            image.indexDigest === null ? '–' : <DigestChip key="x" digest={image.indexDigest} what="index digest" />,
          ],
          ['Inventory', <DigestChip key="i" digest={image.inventoryDigest} what="digest of the inventory" />],
          ['Platform', image.platform ?? '–'],
          ['Size', fileSize(image.sizeBytes)],
          ['Known from', image.origin === 'scan' ? 'Its layers, which we read' : 'An SBOM that somebody uploaded'],
          ['First seen', <TimeAgo key="f" at={image.firstSeenAt} />],
          ['Last scanned', <TimeAgo key="s" at={image.scannedAt} />],
          [
            'Where it runs',
            <AppLink key="w" to={`/digests/${image.digest}`}>
              Releases, environments and targets
            </AppLink>,
          ],
        ]}
      />
    </Section>
  );
}
