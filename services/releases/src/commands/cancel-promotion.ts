import type { Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import type { RequestContext } from '@stella-ops/platform/http';
import { giveEnvironmentBack } from '../deployment/current-release.ts';
import type { Deps } from '../deps.ts';
import { transitionOf } from '../domain/promotion-states.ts';
import { cancelledSentence } from '../domain/sentences.ts';
import { fail } from '../errors.ts';
import { personOf } from '../person.ts';
import { changeOpen } from './change-open.ts';

/** Ends a promotion of which nothing was deployed. What its approval had made the current release is so no more. */
export async function cancelPromotion(
  deps: Deps,
  { params, body }: Input<typeof RELEASES_ROUTES.cancelPromotion>,
  context: RequestContext,
) {
  const reply = await changeOpen(deps, context, params.promotionId, async (tx, promotion, change) => {
    const transition = transitionOf(promotion.state, 'cancelled');
    if (transition === undefined) {
      throw fail('PROMOTION_STATE', `the promotion is ${promotion.state}: ${promotion.sentence}`);
    }
    if (transition.effects.includes('give-environment-back')) await giveEnvironmentBack(tx, promotion, change.at);
    change.audit({ type: 'promotion', id: promotion.id }, { from: promotion.state });
    const sentence = cancelledSentence(personOf(context.caller).name, body.reason);
    return { state: transition.to, sentence, decidedAt: change.at };
  });
  return { status: 200 as const, ...reply };
}
