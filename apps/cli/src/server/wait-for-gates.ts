import type { Client } from '@stella-ops/contracts';
import type { Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context.ts';

const PAUSE_MS = 250;
const LONGEST_MS = 300_000;

/** Waits until every gate has passed or blocks: from then on it is people's turn. */
export async function waitForGates(
  releases: Pick<Client<typeof RELEASES_ROUTES>, 'getPromotion'>,
  promotion: Promotion,
  context: Context,
): Promise<Promotion> {
  const endsAtMs = Date.parse(context.clock.now()) + LONGEST_MS;
  let seen = promotion;
  while (isLooking(seen) && Date.parse(context.clock.now()) < endsAtMs) {
    context.progress(seen.sentence);
    await delay(PAUSE_MS);
    seen = (await releases.getPromotion({ params: { promotionId: promotion.id } })).body;
  }
  return seen;
}

/** Whether a gate waits for something other than people. */
export const isLooking = ({ state, gates }: Promotion): boolean =>
  state === 'pending_gate' &&
  (gates.length === 0 || gates.some((gate) => gate.state === 'waiting' && gate.name !== 'approval'));
