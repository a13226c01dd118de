import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { EXIT } from '@stella-ops/engine-kernel';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'Checks every entry against the hash of the one before. Keep the head: an end that was cut off shows only against it.',
  examples: ['stella audit verify'],
  exits: { 3: 'not logged in, not allowed, or the trail was changed' },
  async run(session) {
    const { body } = await session.client(AUTHORITY_ROUTES).verifyAudit({});
    const fault = body.fault === null ? '' : `entry ${body.fault.sequence}: ${body.fault.sentence}`;
    const shown = showOne(body, [
      ['audit trail', body.isIntact ? 'intact' : 'CHANGED'],
      ['entries', String(body.entries)],
      ['head', body.head],
      ['fault', fault],
    ]);
    return { ...shown, exit: body.isIntact ? EXIT.ok : EXIT.verification };
  },
});
