import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { findPack, PACK_ARGUMENT } from '../server/find-pack.ts';
import { packLines } from '../server/pack-lines.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'A version that was published before decides again from now on, in place of the active one of its name.',
  arguments: [PACK_ARGUMENT],
  examples: ['stella policy activate baseline@1.0.0'],
  async run(session, [text = '']) {
    const policy = session.client(POLICY_ROUTES);
    const { digest } = await findPack(policy, text);
    const { body } = await policy.activatePack({ params: { policyDigest: digest }, body: {} });
    return showOne(body, packLines(body));
  },
});
