import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { approveInTurn } from '../server/approve-in-turn.ts';
import { findPromotion } from '../server/find-by-name.ts';
import { promotionText } from '../server/promotion-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'Where gates are looked at just then, because an image was judged anew for example, it waits until that is done, unless\n' +
    '--no-wait is given.',
  arguments: [{ name: 'promotion', summary: 'id, or name@version:environment', arity: 'one' }],
  options: {
    reason: { type: 'text', value: 'TEXT', summary: 'why', required: true },
    'no-wait': { type: 'flag', summary: 'do not wait for the gates' },
  },
  examples: ['stella promotion approve shop@1.2.0:stage --reason "looked at by QA"'],
  async run(session, [text = ''], { reason, 'no-wait': isHasty }, context) {
    const releases = session.client(RELEASES_ROUTES);
    const { id: promotionId } = await findPromotion(releases, text);
    const approval = { params: { promotionId }, body: { reason } };
    const promotion = isHasty
      ? (await releases.approvePromotion(approval)).body
      : await approveInTurn(releases, approval, context);
    return { value: promotion, text: () => promotionText(promotion) };
  },
});
