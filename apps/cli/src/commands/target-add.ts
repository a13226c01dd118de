import { dockerClient } from '@stella-ops/engine-docker';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { targetLines } from '../server/target-lines.ts';

/** The agent that a server on a laptop runs by itself. */
const LOCAL_AGENT = 'local';

export const command = defineServerCommand({
  description:
    'With --local-engine the target is the Docker Engine of this machine, reached by the agent that a demo server runs itself:\n' +
    'ports are published on loopback only (127.0.0.1:8080:80); everything made there carries labels, and\n' +
    '"stella target remove --clean" takes it away again.',
  arguments: [{ name: 'name', summary: 'lower-case name', arity: 'one' }],
  options: {
    env: { type: 'text', value: 'NAME', summary: 'environment that it belongs to', required: true },
    agent: { type: 'text', value: 'NAME', summary: `agent that reaches it (with --local-engine: ${LOCAL_AGENT})` },
    kind: { type: 'choice', choices: ['docker', 'script'], default: 'docker', summary: 'what it is' },
    'local-engine': { type: 'flag', summary: 'the Docker Engine of this machine' },
  },
  examples: ['stella target add web-1 --env prod --agent web-1', 'stella target add laptop --env dev --local-engine'],
  async run(session, [name = ''], options, context) {
    const isLocal = options['local-engine'];
    if (isLocal && options.kind === 'script') throw fail('USAGE', '--local-engine is no script host');
    const agent = options.agent ?? (isLocal ? LOCAL_AGENT : undefined);
    if (agent === undefined) throw fail('USAGE', 'name its --agent', { hint: 'See "stella agent list".' });
    if (isLocal) await announceEngine(context);
    const { body } = await session.client(DEPLOYMENTS_ROUTES).createTarget({
      body: { name, environment: options.env, kind: options.kind, agent },
    });
    return showOne(body, targetLines(body));
  },
});

/** Nothing is added for an Engine that does not answer. */
async function announceEngine(context: Context): Promise<void> {
  const host = context.env['DOCKER_HOST'];
  const docker = dockerClient({ ...(host === undefined ? {} : { host }), idleTimeoutMs: 10_000 });
  const { version, architecture } = await docker.version();
  context.notice(`the Engine at ${docker.host} answers: ${version}, ${architecture}`);
}
