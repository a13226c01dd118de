import type { Target } from '@stella-ops/contracts/deployments';
import { StateBadge } from '../../ui/index.ts';
import { DRIFT_KINDS } from './looks.ts';

/** How what runs on a target differs from what should: the first difference, and how many more. */
export function DriftCell({
  target,
  hasSentence = false,
}: {
  readonly target: Target;
  readonly hasSentence?: boolean;
}) {
  if (target.status !== 'online') return <span className="quiet">Not known</span>;
  const [first, ...others] = target.drift;
  if (first === undefined) return <span className="quiet">None</span>;
  return (
    <>
      <span title={first.sentence}>
        <StateBadge {...DRIFT_KINDS[first.kind]} />
      </span>{' '}
      {hasSentence ? `${first.sentence} ` : null}
      {others.length === 0 ? null : <span className="small">+{others.length}</span>}
    </>
  );
}
