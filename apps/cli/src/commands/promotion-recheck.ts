import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { findPromotion } from '../server/find-by-name.ts';
import { promotionText } from '../server/promotion-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'Has the gates looked at again now, with new decisions and another try at scans that failed, and shows the promotion as\n' +
    'it is until then. "stella promotion watch" follows what comes of it.',
  arguments: [{ name: 'promotion', summary: 'id, or name@version:environment', arity: 'one' }],
  examples: ['stella promotion recheck shop@1.2.0:stage'],
  async run(session, [text = '']) {
    const releases = session.client(RELEASES_ROUTES);
    const { id: promotionId } = await findPromotion(releases, text);
    const { body } = await releases.evaluatePromotion({ params: { promotionId }, body: {} });
    return { value: body, text: () => `${promotionText(body)}\nThe gates are looked at again now.\n` };
  },
});
