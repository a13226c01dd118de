import '../common/layout.css';
import './parts/records.css';
import { CONCELIER_ROUTES, type Observation } from '@stella-ops/contracts/concelier';
import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { useState } from 'react';
import { useApi, useCan } from '../../api/index.ts';
import {
  AppLink,
  Button,
  Columns,
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
  TimeAgo,
} from '../../ui/index.ts';
import { commandWord } from '../common/command-word.ts';
import { vexLook } from '../common/looks.ts';
import { useBytes, useDownload } from '../common/use-bytes.ts';
import { useParam } from '../common/use-param.ts';
import { counted, listed } from '../common/words.ts';

const MOST_PACKAGES = 8;

/** What every source says of one vulnerability, side by side. Nothing is merged: who reads it sees who said what. */
export function Component() {
  const vulnerability = useParam('vulnerability');
  const can = useCan();
  const query = useApi(CONCELIER_ROUTES.getLinkset, { params: { vulnerability } });
  const set = query.data?.body;
  const isUnknown = query.error?.code === 'NOT_FOUND';
  return (
    <Page
      title={vulnerability}
      above={<AppLink to="/advisories?tab=records">Advisories</AppLink>}
      sentence={
        set !== undefined ? sentenceOf(set.observations) : isUnknown ? 'No source speaks of it here.' : undefined
      }
      actions={
        can('findings.read') ? (
          <AppLink
            to={`/findings?status=all&vulnerability=${encodeURIComponent(vulnerability)}`}
            className="button primary"
          >
            Open its findings
          </AppLink>
        ) : undefined
      }
      command={`stella advisories linkset ${commandWord(vulnerability)}`}
      asOfMs={query.data?.asOfMs}
    >
      {query.error === null || isUnknown ? null : <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {isUnknown ? (
        <EmptyState title="No record of it was imported" icon="search" command="stella advisories import FILE">
          It may be in a source that this tenant does not import, or not be published yet.
        </EmptyState>
      ) : null}
      {set === undefined && query.error === null ? <Skeleton lines={10} /> : null}
      {set === undefined ? null : (
        <>
          {set.isWhole ? null : (
            <Notice tone="gate" icon="alert">
              More than {counted(set.observations.length, 'record')} are joined by their names; these are not all.
            </Notice>
          )}
          <Section title="Names" sentence="Ids and aliases by which the records are joined.">
            <span className="values">
              {set.names.map((name) => (
                <code key={name}>{name}</code>
              ))}
            </span>
          </Section>
          <Columns>
            {set.observations.map((one) => (
              <Record key={one.digest} record={one} />
            ))}
          </Columns>
          {can('vex.read') ? <VexStatements vulnerability={vulnerability} /> : null}
        </>
      )}
    </Page>
  );
}

function sentenceOf(records: readonly Observation[]): string {
  const sources = [...new Set(records.map(({ source }) => source))];
  const spoken = `${counted(records.length, 'record speaks', 'records speak')} of it`;
  return `${spoken}, from ${listed(sources)}; none is merged with another.`;
}

/** One record as its source wrote it. */
function Record({ record }: { readonly record: Observation }) {
  const [isShown, setShown] = useState(false);
  const download = useDownload(CONCELIER_ROUTES.getAdvisory, 'application/json');
  const names = record.packages.slice(0, MOST_PACKAGES).map(({ ecosystem, name }) => `${ecosystem}/${name}`);
  const more = record.packageCount - names.length;
  return (
    <Section
      title={record.advisoryId}
      sentence={`Said by ${record.source}.`}
      actions={
        <>
          <Button isExpanded={isShown} onPress={() => setShown(!isShown)}>
            {isShown ? 'Hide the text' : 'As received'}
          </Button>
          <Button
            icon="download"
            isPending={download.isPending}
            onPress={() =>
              download.mutate({ input: { params: { digest: record.digest } }, name: `${record.advisoryId}.json` })
            }
          >
            Download
          </Button>
        </>
      }
    >
      <div className="stack">
        {download.error === null ? null : <ErrorState error={download.error} />}
        {record.isWithdrawn ? <StateBadge tone="stale" word="Withdrawn" icon="none" /> : null}
        <p>{record.summary ?? <span className="quiet">It has no summary.</span>}</p>
        <KeyValue
          rows={[
            ['Also called', record.aliases.length === 0 ? 'Nothing else' : record.aliases.join(', ')],
            [
              'Packages',
              names.length === 0 ? (
                'None'
              ) : (
                <span key="p" className="values">
                  {names.map((name) => (
                    <code key={name}>{name}</code>
                  ))}
                  {more > 0 ? <span className="small">and {counted(more, 'more', 'more')}</span> : null}
                </span>
              ),
            ],
            ['Changed by its source', <TimeAgo key="m" at={record.modified} />],
            ['Received', <TimeAgo key="r" at={record.receivedAt} />],
            ['Digest', <DigestChip key="d" digest={record.digest} what="digest of the record" />],
          ]}
        />
        {isShown ? <AsReceived digest={record.digest} label={`${record.advisoryId} as received`} /> : null}
      </div>
    </Section>
  );
}

/** The record itself; its members are put on lines of their own, nothing else is changed. */
function AsReceived({ digest, label }: { readonly digest: string; readonly label: string }) {
  const query = useBytes(CONCELIER_ROUTES.getAdvisory, { params: { digest } });
  return (
    <Loaded query={query} lines={8}>
      {(bytes) => (
        <pre tabIndex={0} aria-label={label} className="as-received">
          <code>{readable(bytes)}</code>
        </pre>
      )}
    </Loaded>
  );
}

function readable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

function VexStatements({ vulnerability }: { readonly vulnerability: string }) {
  const query = useApi(EXCITITOR_ROUTES.listStatements, { query: { vulnerability, limit: 50 } });
  return (
    <Section
      title="What VEX documents say of it"
      sentence="Whether it can be exploited in a product, as suppliers see it."
    >
      <Loaded query={query}>
        {({ body }) =>
          body.items.length === 0 ? (
            <p className="quiet">No document speaks of it.</p>
          ) : (
            <>
              <ul className="facts-list">
                {body.items.map((one) => (
                  <li key={`${one.documentDigest} ${one.index}`}>
                    <span className="row">
                      <StateBadge {...vexLook(one.status)} />
                      {one.justification === null ? null : <span>{one.justification.replaceAll('_', ' ')}</span>}
                    </span>
                    <span className="small row">
                      <code>{one.products[0] ?? 'no product'}</code>
                      {one.productCount > 1 ? <span>and {one.productCount - 1} more</span> : null}
                      <TimeAgo at={one.timestamp} />
                      <DigestChip digest={one.documentDigest} what="digest of the document" />
                    </span>
                  </li>
                ))}
              </ul>
              {body.next === null ? null : (
                <AppLink to={`/vex?tab=statements&vulnerability=${encodeURIComponent(vulnerability)}`}>
                  Open all statements
                </AppLink>
              )}
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
