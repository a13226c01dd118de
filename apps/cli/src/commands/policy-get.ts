import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { collectExactly, defineDownloadCommand } from '../server/download-command.ts';
import { findPack, PACK_ARGUMENT } from '../server/find-pack.ts';

export const command = defineDownloadCommand({
  description: 'The pack exactly as it was published, byte for byte.',
  arguments: [PACK_ARGUMENT],
  examples: ['stella policy get baseline --output baseline.yaml'],
  async run(session, [text = '']) {
    const policy = session.client(POLICY_ROUTES);
    const { digest } = await findPack(policy, text);
    const { body } = await policy.getPackSource({ params: { policyDigest: digest } });
    return collectExactly(body, digest);
  },
});
