import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { exitOfPromotion } from '../server/exit-of-promotion.ts';
import { findPromotion } from '../server/find-by-name.ts';
import { whyText } from '../server/promotion-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'Says what blocks it, why, how to fix it, who can unblock it, and when it changes by itself.',
  arguments: [{ name: 'promotion', summary: 'id, or name@version:environment', arity: 'one' }],
  examples: ['stella promotion why shop@1.1.0:stage'],
  exits: { 6: 'blocked by a gate' },
  async run(session, [text = '']) {
    const promotion = await findPromotion(session.client(RELEASES_ROUTES), text);
    const { state, sentence, gates } = promotion;
    return {
      value: { id: promotion.id, state, sentence, gates: gates.filter((gate) => gate.state !== 'passed') },
      text: () => whyText(promotion),
      exit: exitOfPromotion(promotion),
    };
  },
});
