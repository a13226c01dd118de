import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { collectExactly, defineDownloadCommand } from '../server/download-command.ts';
import { findAdvisory } from '../server/find-advisory.ts';

export const command = defineDownloadCommand({
  description: 'The record exactly as it was received, byte for byte.',
  arguments: [{ name: 'record', summary: 'digest, or id such as GHSA-35jh-r3h4-6jhm', arity: 'one' }],
  examples: ['stella advisories get GHSA-35jh-r3h4-6jhm --output record.json'],
  async run(session, [text = '']) {
    const concelier = session.client(CONCELIER_ROUTES);
    const digest = await findAdvisory(concelier, text);
    const { body } = await concelier.getAdvisory({ params: { digest } });
    return collectExactly(body, digest);
  },
});
