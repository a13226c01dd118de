import type { Release } from '@stella-ops/contracts/releases';
import { StateBadge } from '../../../ui/index.ts';

/** Whether evidence is required of a release. Unverified is said loudly. */
export function ReleaseMode({ mode }: Pick<Release, 'mode'>) {
  return mode === 'verified' ? (
    <StateBadge tone="good" word="Verified" icon="sign" />
  ) : (
    <StateBadge tone="gate" word="Unverified" icon="alert" />
  );
}
