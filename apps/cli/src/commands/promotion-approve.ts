import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { findPromotion } from '../server/find-by-name.ts';
import { promotionText } from '../server/promotion-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'promotion', summary: 'id, or name@version:environment', arity: 'one' }],
  options: { reason: { type: 'text', value: 'TEXT', summary: 'why', required: true } },
  examples: ['stella promotion approve shop@1.2.0:stage --reason "looked at by QA"'],
  async run(session, [text = ''], options) {
    const releases = session.client(RELEASES_ROUTES);
    const { id: promotionId } = await findPromotion(releases, text);
    const { body } = await releases.approvePromotion({ params: { promotionId }, body: { reason: options.reason } });
    return { value: body, text: () => promotionText(body) };
  },
});
