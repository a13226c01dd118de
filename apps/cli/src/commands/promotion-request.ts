import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { exitOfPromotion } from '../server/exit-of-promotion.ts';
import { findRelease } from '../server/find-by-name.ts';
import { promotionText } from '../server/promotion-text.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { waitForGates } from '../server/wait-for-gates.ts';

export const command = defineServerCommand({
  description: 'Waits until the gates were looked at, unless --no-wait is given.',
  arguments: [
    { name: 'release', summary: 'name@version or id', arity: 'one' },
    { name: 'environment', summary: 'name of the environment', arity: 'one' },
  ],
  options: {
    reason: { type: 'text', value: 'TEXT', summary: 'why now', default: '' },
    'no-wait': { type: 'flag', summary: 'do not wait for the gates' },
  },
  examples: ['stella promotion request shop@1.2.0 stage --reason "search is ready"'],
  exits: { 6: 'blocked by a gate, or failed on its targets by then' },
  async run(session, [text = '', environment = ''], options, context) {
    const releases = session.client(RELEASES_ROUTES);
    const release = await findRelease(releases, text);
    const { body } = await releases.requestPromotion({
      body: { releaseId: release.id, environment, reason: options.reason },
    });
    const promotion = options['no-wait'] ? body : await waitForGates(releases, body, context);
    return { value: promotion, text: () => promotionText(promotion), exit: exitOfPromotion(promotion) };
  },
});
