import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enrol, openDataFolder, runAgent, type RunningAgent, system } from '@stella-ops/app-agent';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RunningServer } from '../run-server.ts';
import { signIn } from './sign-in.ts';

/** The agent of a server on a laptop; `stella target add --local-engine` means it. */
export const LOCAL_AGENT = 'local';

/**
 * Runs an agent in the process of a demo server. Its script targets are folders inside the data directory; the Docker Engine
 * of the machine is reached only for targets that somebody adds.
 *
 * @returns undefined when no agents are served
 */
export async function startDemoAgent(
  server: RunningServer,
  env: Readonly<Record<string, string | undefined>>,
  warn: (line: string) => void,
): Promise<RunningAgent | undefined> {
  if (server.agentUrl === undefined) return undefined;
  const folder = join(server.dataDir, 'demo');
  const data = await openDataFolder(join(folder, 'agent'));
  if (!existsSync(data.identity)) {
    const password = readFileSync(join(server.dataDir, 'secrets', 'admin-password'), 'utf8').trim();
    const admin = (await signIn(server.url, 'demo', 'admin', password)).client(DEPLOYMENTS_ROUTES);
    const { body } = await admin.createEnrolment({ body: { name: LOCAL_AGENT } });
    const { token, authorityFingerprint } = body;
    await enrol(data, { server: server.agentUrl, token, authorityFingerprint });
  }
  return runAgent({
    dataDir: data.path,
    // Another port may be free at each start.
    server: server.agentUrl,
    scriptRoot: join(folder, 'targets'),
    dockerHost: env['DOCKER_HOST'] ?? '',
    isLoopbackOnly: true,
    system,
    log: { info: () => undefined, warn: (message, fields) => warn(`agent: ${message} ${JSON.stringify(fields)}`) },
  });
}
