import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { EXIT } from '@stella-ops/engine-kernel';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'Checks every entry of the findings ledger against the hash of the one before. Keep the head: an end that was cut off\n' +
    'shows only against it.',
  examples: ['stella findings verify'],
  exits: { 3: 'not logged in, not allowed, or the ledger was changed' },
  async run(session) {
    const { body } = await session.client(FINDINGS_ROUTES).verifyLedger({});
    const shown = showOne(body, [
      ['findings ledger', body.isIntact ? 'intact' : 'CHANGED'],
      ['entries', String(body.entries)],
      ['head', body.head],
      ['fault', body.fault ?? ''],
    ]);
    return { ...shown, exit: body.isIntact ? EXIT.ok : EXIT.verification };
  },
});
