import '../common/layout.css';
import { EVIDENCE_ROUTES, EvidenceKind, type EvidencePacket } from '@stella-ops/contracts/evidence';
import { usePages } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { DigestChip, EmptyState, Page, TimeAgo, useUrlQuery } from '../../ui/index.ts';
import { linkColumn, numberColumn, timeColumn } from '../common/columns.tsx';
import { command } from '../common/command-word.ts';
import { ChoiceFilter, FixedFilter, useChoice } from '../common/filters.tsx';
import { NoMatch } from '../common/no-match.tsx';
import { fileSize } from '../common/words.ts';

const KINDS = EvidenceKind.options.map((id) => ({ id, label: id.charAt(0).toUpperCase() + id.slice(1) }));

const COLUMNS: readonly Column<EvidencePacket>[] = [
  linkColumn(
    'title',
    'What it proves',
    ({ title }) => title,
    ({ id }) => `/evidence/${id}`,
    { isName: true, width: 'minmax(240px, 3fr)' },
  ),
  {
    id: 'kind',
    header: 'Kind',
    width: '110px',
    cell: ({ kind }) => KINDS.find(({ id }) => id === kind)?.label ?? kind,
    text: ({ kind }) => kind,
  },
  numberColumn('log', 'Log entry', ({ logIndex }) => logIndex, { width: '100px' }),
  {
    id: 'images',
    header: 'Images',
    width: '185px',
    cell: ({ imageDigests }) =>
      imageDigests[0] === undefined ? (
        '–'
      ) : (
        <>
          <DigestChip digest={imageDigests[0]} href={`/digests/${imageDigests[0]}`} isPlain />
          {imageDigests.length > 1 ? <span className="small">+{imageDigests.length - 1}</span> : null}
        </>
      ),
    text: ({ imageDigests }) => imageDigests.join(' '),
  },
  {
    id: 'capsule',
    header: 'Capsule',
    width: '100px',
    isNumber: true,
    cell: ({ capsuleSizeBytes }) => fileSize(capsuleSizeBytes),
    text: ({ capsuleSizeBytes }) => capsuleSizeBytes,
  },
  timeColumn('sealed', 'Sealed', ({ sealedAt }) => sealedAt),
];

export function Component() {
  const kind = useChoice('kind', EvidenceKind.options);
  const { imageDigest = '', subject = '' } = useUrlQuery();
  const hasImage = /^sha256:[0-9a-f]{64}$/.test(imageDigest);
  const pages = usePages(EVIDENCE_ROUTES.listPackets, {
    query: {
      ...(kind === undefined ? {} : { kind }),
      ...(hasImage ? { imageDigest } : {}),
      ...(subject === '' ? {} : { subjectId: subject }),
    },
  });
  const last = pages.items[0];
  return (
    <Page
      title="Evidence"
      sentence={
        pages.isPending ? (
          ' '
        ) : last === undefined ? (
          'Nothing is sealed yet.'
        ) : (
          <>
            Signed and logged records that anybody can verify offline; the newest was sealed{' '}
            <TimeAgo at={last.sealedAt} />.
          </>
        )
      }
      command={command('stella evidence list', { kind, subject })}
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="evidence"
        label="Evidence packets"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/evidence/${id}`}
        filters={
          <>
            <ChoiceFilter name="kind" label="Kind" options={KINDS} />
            {hasImage ? (
              <FixedFilter name="imageDigest" label="Image">
                <DigestChip digest={imageDigest} href={`/images/${imageDigest}`} isPlain />
              </FixedFilter>
            ) : null}
            {subject === '' ? null : (
              <FixedFilter name="subject" label="About">
                <code>{subject.replace(/^sha256:/, '').slice(0, 12)}</code>
              </FixedFilter>
            )}
          </>
        }
        empty={
          kind === undefined && !hasImage && subject === '' ? (
            <EmptyState title="Nothing is sealed yet" icon="evidence">
              Promotions, their decisions and deployments are sealed by themselves; any other decision can be sealed on
              its page.
            </EmptyState>
          ) : (
            <NoMatch what="packets" />
          )
        }
      />
    </Page>
  );
}
