import type { Environment } from '@stella-ops/contracts/releases';
import { nowMs } from '../../../api/index.ts';
import { StateBadge } from '../../../ui/index.ts';
import { freezeOf } from '../model/freeze-state.ts';

/** Whether an environment takes promotions now. */
export function EnvironmentBadge({ environment }: { readonly environment: Pick<Environment, 'freezes'> }) {
  const frozen = freezeOf(environment, nowMs());
  return frozen?.isActive === true ? (
    <StateBadge tone="frozen" word="Frozen" />
  ) : (
    <StateBadge tone="good" word="Open" />
  );
}
