import '../../common/layout.css';
import './try-policy.css';
import type { Decision } from '@stella-ops/contracts/policy';
import { AppLink, Notice, StateBadge, type StateLook, TimeAgo } from '../../../ui/index.ts';
import { ACTIONS, OUTCOMES } from '../../common/looks.ts';
import { PlainTable } from '../../releases/parts/plain-table.tsx';
import { ACTION_COUNTS, countOf, COUNTS, diffReasons, type ReasonRow } from '../decision-diff.ts';

const SIDES: Readonly<Record<ReasonRow['side'], StateLook>> = {
  tried: { tone: 'gate', word: 'New', icon: 'plus' },
  now: { tone: 'good', word: 'Gone', icon: 'none' },
  both: { tone: 'stale', word: 'In both' },
};

/** What the tried policy says of an image, beside the decision that stands. */
export function TriedResult({ tried, now }: { readonly tried: Decision; readonly now: Decision | undefined }) {
  const reasons = diffReasons(now?.reasons ?? [], tried.reasons);
  return (
    <div className="stack" role="region" aria-label="What it would decide">
      <Notice tone={tried.outcome === 'allow' ? 'good' : 'gate'} icon="info">
        <span role="status">
          <strong>{verdictWords(tried, now)}</strong> Nothing was recorded.
        </span>
      </Notice>
      <div className="try-sides">
        <Side title="Would be decided" decision={tried} />
        {now === undefined ? (
          <div className="try-side">
            <h3>Decided at present</h3>
            <p className="quiet">
              {tried.environment === null
                ? 'No decision without an environment on this image yet.'
                : `No decision on this image for ${tried.environment} yet.`}
            </p>
          </div>
        ) : (
          <Side title="Decided at present" decision={now} isRecorded />
        )}
      </div>
      <PlainTable
        label="Reasons side by side"
        items={reasons}
        keyOf={({ reason, side }) => `${side} ${reason.rule} ${reason.action} ${reason.sentence}`}
        empty="No rule of either has anything to say against this image."
        columns={[
          {
            id: 'side',
            title: 'Compared',
            cell: ({ side }) => <StateBadge {...(now === undefined ? SIDES.tried : SIDES[side])} />,
          },
          { id: 'action', title: 'Policy', cell: ({ reason }) => <StateBadge {...ACTIONS[reason.action]} /> },
          {
            id: 'why',
            title: 'Reason',
            cell: ({ reason }) => (
              <div>
                <span>{reason.sentence}.</span>{' '}
                <span className="small">
                  Rule <code>{reason.rule}</code>
                  {reason.fix === null ? '' : `; to do: ${reason.fix}`}
                </span>
              </div>
            ),
          },
        ]}
      />
      <PlainTable
        label="Counts side by side"
        items={[...ACTION_COUNTS, ...COUNTS].filter(
          ([name]) => countOf(tried.counts, name) + countOf(now?.counts ?? {}, name) > 0,
        )}
        keyOf={([name]) => name}
        empty="There is nothing to count: no finding, no gap."
        columns={[
          { id: 'what', title: 'Counted', isRowHeader: true, cell: ([, word]) => word },
          { id: 'tried', title: 'Would be', isNumber: true, cell: ([name]) => countOf(tried.counts, name) },
          {
            id: 'now',
            title: 'At present',
            isNumber: true,
            cell: ([name]) => (now === undefined ? '–' : countOf(now.counts, name)),
          },
        ]}
      />
    </div>
  );
}

function Side(props: { readonly title: string; readonly decision: Decision; readonly isRecorded?: boolean }) {
  const { decision, isRecorded = false } = props;
  return (
    <div className="try-side">
      <h3>{props.title}</h3>
      <span className="row">
        <StateBadge {...OUTCOMES[decision.outcome]} />
        <span>
          by {decision.policy.name} {decision.policy.version}
        </span>
      </span>
      <span className="small row">
        <TimeAgo at={decision.evaluatedAt} />
        {isRecorded ? <AppLink to={`/decisions/${decision.id}`}>Open the decision</AppLink> : 'not recorded'}
      </span>
    </div>
  );
}

const WORDS: Readonly<Record<Decision['outcome'], string>> = {
  allow: 'It would let this image pass',
  deny: 'It would refuse this image',
  pending: 'It would want a person to look at this image',
};

function verdictWords(tried: Decision, now: Decision | undefined): string {
  const words = WORDS[tried.outcome];
  if (now === undefined) return `${words}.`;
  return now.outcome === tried.outcome
    ? `${words}, as at present.`
    : `${words}: that is another outcome than at present.`;
}
