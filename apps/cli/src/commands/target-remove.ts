import { LABELS, projectName } from '@stella-ops/engine-compose';
import { type ContainerClient, containerClient } from '@stella-ops/engine-docker';
import { AppError } from '@stella-ops/engine-kernel';
import type { Client } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { DEPLOYMENTS_ERRORS, DEPLOYMENTS_ROUTES, type Target } from '@stella-ops/contracts/deployments';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { type Cleaned, cleanEngine, isOnEngine, leftMarks, type Mark } from '../server/clean-engine.ts';
import { findTarget } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { targetLines } from '../server/target-lines.ts';

type Deployments = Client<typeof DEPLOYMENTS_ROUTES>;

const UNDER_WAY: ReadonlySet<string> = new Set(['pending', 'running', 'rolling_back']);

export const command = defineServerCommand({
  description:
    'What runs there is left as it is. With --clean everything that deployments made for it on the Docker Engine of this\n' +
    'machine is removed first: containers, networks, and volumes with what is in them. Images stay, and so does all that\n' +
    'does not carry the labels of this target. It may be run again: what is gone is no fault.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  options: { clean: { type: 'flag', summary: 'also remove what was made for it on the Engine of this machine' } },
  examples: ['stella target remove web-1', 'stella target remove laptop --clean'],
  async run(session, [name = ''], options, context) {
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    if (!options.clean) {
      const { id: targetId } = await findTarget(deployments, name);
      const { body } = await deployments.deleteTarget({ params: { targetId } });
      return showOne(body, targetLines(body));
    }
    const docker = await openEngine(context);
    const target = await findTarget(deployments, name).catch(unlessUnknown);
    const tenantId = (await session.client(AUTHORITY_ROUTES).whoami({})).body.tenant.id;
    if (target === undefined) return forget(docker, deployments, tenantId, name);
    const mark = await checkTarget(docker, deployments, tenantId, target);
    // The server forgets it last: when this breaks off, the next run finds it again.
    const cleaned = await cleanEngine(docker, mark);
    const { body } = await deployments.deleteTarget({ params: { targetId: target.id } });
    return showOne({ ...body, ...cleaned }, [...targetLines(body), ...cleanedLines(cleaned)]);
  },
});

/** Before anything is taken out: an Engine that does not answer cannot be cleaned. */
async function openEngine(context: Context): Promise<ContainerClient> {
  const host = context.env['DOCKER_HOST'];
  const docker = containerClient(host === undefined ? {} : { host });
  await docker.ping();
  return docker;
}

function unlessUnknown(error: unknown): undefined {
  if (error instanceof AppError && error.status === 404) return undefined;
  throw error;
}

/** @returns what the target's things carry, when all of it may go */
async function checkTarget(
  docker: ContainerClient,
  deployments: Deployments,
  tenantId: string,
  target: Target,
): Promise<Mark> {
  const { name, environment, kind } = target;
  if (kind !== 'docker') {
    throw fail('USAGE', `${name} is a script host: --clean is for Docker Engines`, { hint: 'Leave out --clean.' });
  }
  const [last] = (await deployments.listDeployments({ query: { environment, limit: 1 } })).body.items;
  if (last !== undefined && UNDER_WAY.has(last.state)) {
    throw new AppError(
      'TARGET_IN_USE',
      DEPLOYMENTS_ERRORS.TARGET_IN_USE,
      `a deployment of ${environment} is under way`,
    );
  }
  const mark = { environment, project: projectName(tenantId, environment, name) };
  const known = target.containers.filter(({ labels }) => labels[LABELS.project] === mark.project);
  if (known.length > 0 && !(await isOnEngine(docker, mark))) {
    throw fail('ENGINE_ELSEWHERE', `nothing of ${name} is on the Engine at ${docker.host}; its agent sees containers`);
  }
  return mark;
}

/** The server has no such target: what is left of it here goes, and nothing left is what was asked for. */
async function forget(docker: ContainerClient, deployments: Deployments, tenantId: string, name: string) {
  const all: Cleaned[] = [];
  for (const mark of await leftMarks(docker, deployments, tenantId, name)) all.push(await cleanEngine(docker, mark));
  const removed = all.flatMap((one) => one.removed);
  const cleaned = { removed, kept: all.flatMap((one) => one.kept) };
  const what = removed.length === 0 ? 'the server knows none of this name, and nothing of it is here' : name;
  return showOne({ name, ...cleaned }, [['target', what], ...cleanedLines(cleaned)]);
}

const cleanedLines = ({ removed, kept }: Cleaned): (readonly [string, string])[] => [
  ...removed.map((one) => ['removed', one] as const),
  ...kept.map((one) => ['kept', `${one}: containers of others use it`] as const),
];
