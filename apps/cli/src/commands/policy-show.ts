import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { findPack, PACK_ARGUMENT } from '../server/find-pack.ts';
import { packLines } from '../server/pack-lines.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'What is known of a published pack; "stella policy get" has the pack itself.',
  arguments: [PACK_ARGUMENT],
  examples: ['stella policy show baseline', 'stella policy show baseline@1.0.0'],
  async run(session, [text = '']) {
    const one = await findPack(session.client(POLICY_ROUTES), text);
    return showOne(one, packLines(one));
  },
});
