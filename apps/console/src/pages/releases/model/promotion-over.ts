import type { Promotion } from '@stella-ops/contracts/releases';

/** Whether gates are still looked at and people decide. */
export function isOpen({ state }: Pick<Promotion, 'state'>): boolean {
  return state === 'pending_gate' || state === 'pending_approval';
}
