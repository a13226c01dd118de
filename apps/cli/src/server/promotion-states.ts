import type { Promotion } from '@stella-ops/contracts/releases';

const OVER = new Set<Promotion['state']>(['approved', 'rejected', 'deployed', 'failed', 'cancelled', 'rolled_back']);

/** Whether nothing happens to it any more by itself. */
export const isOver = ({ state }: Promotion): boolean => OVER.has(state);
