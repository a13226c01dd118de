import '../../common/layout.css';
import { type FindingDetail, FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import type { ReactNode } from 'react';
import { useApi } from '../../../api/index.ts';
import {
  AppLink,
  Columns,
  DigestChip,
  KeyValue,
  Loaded,
  Notice,
  Section,
  StateBadge,
  TimeAgo,
} from '../../../ui/index.ts';
import { ACTIONS, FINDING_STATES, LEDGER_WORDS, vexLook } from '../../common/looks.ts';
import { Timeline } from '../../common/timeline.tsx';
import { counted } from '../../common/words.ts';
import { matchRows, type PolicyRow, policyRows, vexOf } from '../finding-trace.ts';

/** One sentence: what is wrong, and what to do. */
export function findingSentence(finding: FindingDetail): string {
  const what = `${finding.package} ${finding.installedVersion} in ${finding.imageName}`;
  const fix = finding.fixedVersions[0];
  switch (finding.status) {
    case 'open':
      return fix === undefined
        ? `Affects ${what}; no fix is known yet.`
        : `Affects ${what}; fixed in ${finding.fixedVersions.join(', ')}.`;
    case 'not_affected':
      return `A VEX statement says that ${what} is not affected.`;
    case 'excepted':
      return `Affects ${what}, and an exception permits it for a time.`;
    case 'resolved':
      return `Was found in ${what}; the newest decision no longer has it.`;
    case 'not_evaluated':
      return `A record names ${what}, but the versions cannot be compared.`;
  }
}

/** All that is known of a finding: for its page and for the drawer of the list. */
export function FindingView({ finding }: { readonly finding: FindingDetail }) {
  return (
    <>
      <Section title="Facts">
        <KeyValue
          rows={[
            [
              'Image',
              <AppLink key="i" to={`/images/${finding.imageDigest}`}>
                {finding.imageName}
              </AppLink>,
            ],
            ['Digest', <DigestChip key="d" digest={finding.imageDigest} href={`/digests/${finding.imageDigest}`} />],
            ['Component', <code key="c">{finding.component}</code>],
            ['Fixed in', finding.fixedVersions.length === 0 ? 'No fix known' : finding.fixedVersions.join(', ')],
            ['Also called', finding.aliases.length === 0 ? '–' : finding.aliases.join(', ')],
            ['Reachable', finding.reachability === 'unknown' ? 'Not known' : finding.reachability.replaceAll('_', ' ')],
            ['First seen', <TimeAgo key="f" at={finding.firstSeenAt} />],
            ['Last change', <TimeAgo key="l" at={finding.changedAt} />],
            finding.file === null ? undefined : ['File', <code key="p">{finding.file}</code>],
            finding.layer === null ? undefined : ['Layer', <DigestChip key="y" digest={finding.layer} />],
          ]}
        />
      </Section>
      <Columns>
        <MatchSection finding={finding} />
        <PolicySection finding={finding} />
        <VexSection finding={finding} />
        <HistorySection findingId={finding.id} />
      </Columns>
    </>
  );
}

function MatchSection({ finding }: { readonly finding: FindingDetail }) {
  const { rows, unread } = matchRows(finding.matchTrace);
  return (
    <Section
      title="Why it matches"
      sentence="The advisory records that name this package, and how the version was compared."
    >
      <ul className="facts-list">
        {rows.map((row) => (
          <li key={row.recordDigest}>
            <span>{row.sentence}.</span>
            <span className="small row">
              <AppLink to={`/advisories/${encodeURIComponent(row.record)}`}>{row.record}</AppLink>
              <code>{row.key}</code>
              <DigestChip digest={row.recordDigest} what="digest of the record" />
            </span>
          </li>
        ))}
      </ul>
      <Unread count={unread} />
    </Section>
  );
}

function PolicySection({ finding }: { readonly finding: FindingDetail }) {
  const { rows, unread } = policyRows(finding.policyTrace);
  return (
    <Section
      title="What the policy says"
      sentence={
        <>
          In the last <AppLink to={`/decisions/${finding.decisionId}`}>decision</AppLink> on this image.
        </>
      }
    >
      {rows.length === 0 && unread === 0 ? <p>No rule of the policy speaks of it, so it passes.</p> : null}
      <ul className="facts-list">
        {rows.map((row) => (
          <li key={`${row.rule} ${row.action}`}>
            <PolicyRowView row={row} />
          </li>
        ))}
      </ul>
      <Unread count={unread} />
    </Section>
  );
}

function PolicyRowView({ row }: { readonly row: PolicyRow }) {
  const values = Object.entries(row.values);
  return (
    <>
      <span className="told">
        <StateBadge {...ACTIONS[row.action]} />
        <span>
          Rule <code>{row.rule}</code>
          {row.sentence === undefined ? '.' : `: ${row.sentence}.`}
        </span>
      </span>
      {row.fix === undefined ? null : <strong>To do: {row.fix}.</strong>}
      {row.exception === undefined ? null : (
        <span>
          An <AppLink to={`/exceptions/${row.exception.id}`}>exception</AppLink> for it{' '}
          {exceptionWords(row.exception.state)}
        </span>
      )}
      {values.length === 0 ? null : (
        <span className="small values">
          The rule read
          {values.map(([name, value]) => (
            <code key={name}>
              {name} = {String(value)}
            </code>
          ))}
        </span>
      )}
    </>
  );
}

function exceptionWords(state: string): string {
  if (state === 'applied') return 'lifts this.';
  return state === 'expired' ? 'has ended.' : 'has not begun yet.';
}

function VexSection({ finding }: { readonly finding: FindingDetail }) {
  const vex = vexOf(finding.vex);
  return (
    <Section title="Exploitability (VEX)">
      {vex === undefined ? (
        <p className="quiet">No VEX statement speaks of this vulnerability in this package.</p>
      ) : (
        <div className="facts-list">
          <span className="row">
            <StateBadge {...vexLook(vex.status)} />
            {vex.justification === undefined ? null : <span>{vex.justification.replaceAll('_', ' ')}</span>}
          </span>
          {vex.statement === undefined ? null : <p>{vex.statement}</p>}
          <span className="small row">
            <span>
              {vex.author ?? 'No author named'}, <TimeAgo at={vex.timestamp} />
            </span>
            <DigestChip digest={vex.document} what="digest of the document" />
          </span>
          {vex.overruled.length === 0 ? null : (
            <Notice tone="gate">
              {counted(vex.overruled.length, 'older statement')} said something else:{' '}
              {vex.overruled.map((one) => vexLook(one.status).word.toLowerCase()).join(', ')}.
            </Notice>
          )}
        </div>
      )}
    </Section>
  );
}

function HistorySection({ findingId }: { readonly findingId: string }) {
  const history = useApi(FINDINGS_ROUTES.getHistory, { params: { findingId }, query: { limit: 200 } });
  return (
    <Section
      title="History"
      sentence="From the ledger of findings, oldest first; each entry is chained to the one before."
    >
      <Loaded query={history}>
        {({ body }) => (
          <>
            <Timeline
              label="History of the finding"
              moments={body.items.map((entry) => ({
                id: String(entry.sequence),
                at: entry.at,
                title: LEDGER_WORDS[entry.type],
                detail: (
                  <span className="row">
                    <StateBadge {...FINDING_STATES[entry.to]} />
                    <AppLink to={`/decisions/${entry.decisionId}`}>decision</AppLink>
                    <span className="small">entry {entry.sequence}</span>
                    <DigestChip digest={entry.hash} what="hash of the entry" />
                  </span>
                ),
              }))}
            />
            {body.next === null ? null : <p className="small">Only the first 200 entries are shown.</p>}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Unread({ count }: { readonly count: number }): ReactNode {
  return count === 0 ? null : (
    <p className="small">{counted(count, 'row')} of a newer form cannot be shown by this console.</p>
  );
}
