import { EXIT } from '@stella-ops/engine-kernel';
import type { Promotion } from '@stella-ops/contracts/releases';

/** 6 when a gate blocks it or it ended badly, so that a pipeline stops there. */
export function exitOfPromotion({ state, gates }: Promotion): number {
  const isBlocked = state === 'pending_gate' && gates.some((gate) => gate.state === 'blocked');
  const isLost = state === 'rejected' || state === 'cancelled' || state === 'failed' || state === 'rolled_back';
  return isBlocked || isLost ? EXIT.denied : EXIT.ok;
}
