import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { exitOfPromotion } from '../server/exit-of-promotion.ts';
import { findPromotion } from '../server/find-by-name.ts';
import { isOver } from '../server/promotion-states.ts';
import { promotionText } from '../server/promotion-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'Prints a line for each change, until the promotion ends or Ctrl+C.',
  arguments: [{ name: 'promotion', summary: 'id, or name@version:environment', arity: 'one' }],
  examples: ['stella promotion watch shop@1.2.0:stage'],
  exits: { 6: 'it ended without being approved' },
  async run(session, [text = ''], _options, context) {
    const releases = session.client(RELEASES_ROUTES);
    let promotion = await findPromotion(releases, text);
    let shownVersion = -1;
    while (!isOver(promotion)) {
      const { body: changes } = await releases.watchPromotion({ params: { promotionId: promotion.id } });
      for await (const { event, data } of changes) {
        if (event === 'reset' || data.version === shownVersion) continue;
        promotion = data;
        shownVersion = data.version;
        context.notice(`${data.updatedAt} ${data.state}: ${data.sentence}`);
      }
      // A stream ends when the server restarts too: look, and go on.
      promotion = (await releases.getPromotion({ params: { promotionId: promotion.id } })).body;
    }
    const ended = promotion;
    return { value: ended, text: () => promotionText(ended), exit: exitOfPromotion(ended) };
  },
});
