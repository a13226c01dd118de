import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { findPromotion } from '../server/find-by-name.ts';
import { promotionText } from '../server/promotion-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'promotion', summary: 'id, or name@version:environment', arity: 'one' }],
  examples: ['stella promotion show shop@1.2.0:stage'],
  async run(session, [text = '']) {
    const promotion = await findPromotion(session.client(RELEASES_ROUTES), text);
    return { value: promotion, text: () => promotionText(promotion) };
  },
});
