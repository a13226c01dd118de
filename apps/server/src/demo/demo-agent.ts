import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enrol, openDataFolder, runAgent, type RunningAgent, system } from '@stella-ops/app-agent';
import type { Client } from '@stella-ops/contracts';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { passwordFile } from '../password-file.ts';
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
    const secret = passwordFile(server.dataDir, 'admin');
    if (!existsSync(secret)) {
      warn(`agent: not enrolled, since there is no ${secret}`);
      return undefined;
    }
    const password = readFileSync(secret, 'utf8').trim();
    const admin = (await signIn(server.url, 'demo', 'admin', password)).client(DEPLOYMENTS_ROUTES);
    await revokeLost(admin);
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

/** A backup does not hold the identity of an agent: in a restored demo a new one takes over the name and its targets. */
async function revokeLost(admin: Client<typeof DEPLOYMENTS_ROUTES>): Promise<void> {
  const { items } = (await admin.listAgents({ query: {} })).body;
  for (const { id, name, status } of items) {
    if (name === LOCAL_AGENT && status !== 'revoked') await admin.revokeAgent({ params: { agentId: id } });
  }
}
