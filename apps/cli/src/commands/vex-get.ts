import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { collectExactly, defineDownloadCommand } from '../server/download-command.ts';

export const command = defineDownloadCommand({
  description: 'The document exactly as it was received, byte for byte.',
  arguments: [{ name: 'digest', summary: 'digest of the document ("stella vex list")', arity: 'one' }],
  examples: [
    'stella vex get sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 --output shop.openvex.json',
  ],
  async run(session, [digest = '']) {
    const { body } = await session.client(EXCITITOR_ROUTES).getDocument({ params: { digest } });
    return collectExactly(body, digest);
  },
});
