import type { Promotion } from '@stella-ops/contracts/releases';

/** Whether gates are still looked at and people decide. */
export function isOpen({ state }: Pick<Promotion, 'state'>): boolean {
  return state === 'pending_gate' || state === 'pending_approval';
}

/** Whether its state may change without a new request: the page follows it. */
export function isUnderWay(promotion: Pick<Promotion, 'state'>): boolean {
  return isOpen(promotion) || promotion.state === 'approved' || promotion.state === 'deploying';
}
