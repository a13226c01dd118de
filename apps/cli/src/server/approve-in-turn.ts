import type { Client, ClientInput } from '@stella-ops/contracts';
import type { Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { AppError } from '@stella-ops/engine-kernel/errors';
import type { Context } from '../context.ts';
import { isLooking, waitForGates } from './wait-for-gates.ts';

const MAX_TRIES = 5;

/**
 * Approves once no gate is being looked at. What is looked at again between that look and the approval, because an image
 * was judged anew, is waited for too.
 *
 * @throws AppError what the server refuses for any other reason, at once
 */
export async function approveInTurn(
  releases: Pick<Client<typeof RELEASES_ROUTES>, 'getPromotion' | 'approvePromotion'>,
  approval: ClientInput<typeof RELEASES_ROUTES.approvePromotion>,
  context: Context,
): Promise<Promotion> {
  const look = async () => (await releases.getPromotion({ params: approval.params })).body;
  for (let tries = 1; ; tries += 1) {
    await waitForGates(releases, await look(), context);
    try {
      return (await releases.approvePromotion(approval)).body;
    } catch (error) {
      const isInBetween = error instanceof AppError && error.code === 'PROMOTION_STATE' && tries < MAX_TRIES;
      if (!isInBetween || !isLooking(await look())) throw error;
    }
  }
}
