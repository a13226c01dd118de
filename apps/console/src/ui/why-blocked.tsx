import './why-blocked.css';
import type { Gate } from '@stella-ops/contracts/releases';
import { DigestChip } from './digest-chip.tsx';
import { AppLink } from './link.tsx';
import { StateBadge } from './state-badge.tsx';
import { GATE_STATES } from './states.ts';
import { TimeAgo } from './time-ago.tsx';

const GATE_WORDS: Readonly<Record<Gate['name'], string>> = {
  order: 'Order of environments',
  freeze: 'Freeze',
  scan: 'Scan',
  policy: 'Policy',
  evidence: 'Evidence',
  approval: 'Approval',
};
/** What needs work comes first, then what needs time. */
const RANK: Readonly<Record<Gate['state'], number>> = { blocked: 0, waiting: 1, passed: 2, skipped: 3 };

/** Where a piece of evidence is shown. */
function evidencePath({ kind, id }: Gate['evidence'][number]): string {
  const places = { decision: '/decisions', packet: '/evidence', image: '/images', promotion: '/promotions' } as const;
  return `${places[kind]}/${id}`;
}

/** `2 of 5 conditions are not met.` */
export function gateSummary(gates: readonly Gate[]): string {
  const open = gates.filter(({ state }) => state === 'blocked' || state === 'waiting').length;
  if (gates.length === 0) return 'No condition was looked at yet.';
  if (open === 0) return gates.length === 1 ? 'The condition is met.' : `All ${gates.length} conditions are met.`;
  return `${open} of ${gates.length} conditions ${open === 1 ? 'is' : 'are'} not met.`;
}

/**
 * Why something waits: each condition with its state, sentence, evidence, who can unblock it, what to do, and when it
 * changes by itself. The one component for this, in lists, drawers and pages.
 */
export function WhyBlocked({ gates }: { readonly gates: readonly Gate[] }) {
  const sorted = gates
    .map((gate, at) => ({ gate, at }))
    .sort((a, b) => RANK[a.gate.state] - RANK[b.gate.state] || a.at - b.at);
  return (
    <div className="why-blocked">
      <p className="why-summary">{gateSummary(gates)}</p>
      <ul>
        {sorted.map(({ gate, at }) => (
          <li key={at} className={`why-gate ${gate.state}`}>
            <GateView gate={gate} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function GateView({ gate }: { readonly gate: Gate }) {
  const isOpen = gate.state === 'blocked' || gate.state === 'waiting';
  return (
    <>
      <div className="why-head">
        <StateBadge {...GATE_STATES[gate.state]} />
        <strong>{GATE_WORDS[gate.name]}</strong>
        {gate.component === null ? null : <span>{gate.component}</span>}
        {gate.imageDigest === null ? null : (
          <DigestChip digest={gate.imageDigest} href={`/digests/${gate.imageDigest}`} isPlain />
        )}
      </div>
      <p className="why-text">{gate.sentence}</p>
      {gate.reasons.length === 0 ? null : (
        <ul className="why-reasons">
          {gate.reasons.map((reason) => (
            <li key={`${reason.code} ${reason.sentence}`}>
              {reason.sentence}
              {reason.fix === null || reason.fix === gate.fix ? null : (
                <span className="why-fix"> {reason.fix}</span>
              )}{' '}
              <code>{reason.code}</code>
            </li>
          ))}
        </ul>
      )}
      {isOpen ? (
        <dl className="why-facts">
          {gate.fix === null ? null : (
            <div>
              <dt>To do</dt>
              <dd>{gate.fix}</dd>
            </div>
          )}
          {gate.unblockedBy === null ? null : (
            <div>
              <dt>Who can</dt>
              <dd>{gate.unblockedBy}</dd>
            </div>
          )}
          {gate.changesAt === null ? null : (
            <div>
              <dt>By itself</dt>
              <dd>
                <TimeAgo at={gate.changesAt} />
              </dd>
            </div>
          )}
        </dl>
      ) : null}
      {gate.evidence.length === 0 ? null : (
        <p className="why-evidence">
          Evidence:{' '}
          {gate.evidence.map((one) => (
            <AppLink key={`${one.kind} ${one.id}`} to={evidencePath(one)}>
              {one.kind}
            </AppLink>
          ))}
        </p>
      )}
    </>
  );
}
