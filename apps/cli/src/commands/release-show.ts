import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { findRelease } from '../server/find-by-name.ts';
import { releaseText } from '../server/release-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'release', summary: 'name@version or id', arity: 'one' }],
  examples: ['stella release show shop@1.2.0'],
  async run(session, [text = '']) {
    const release = await findRelease(session.client(RELEASES_ROUTES), text);
    return { value: release, text: () => releaseText(release) };
  },
});
