import { type ContainerClient, containerClient } from '@stella-ops/engine-docker';
import { DEPLOYMENTS_ROUTES, type Target } from '@stella-ops/contracts/deployments';
import type { Context } from '../context.ts';
import { findTarget } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { targetLines } from '../server/target-lines.ts';

/** Every container that a deployment made has it. */
const OURS = 'stella.deployment.id';

export const command = defineServerCommand({
  description:
    'What runs there is left as it is. With --clean the containers that were deployed there are removed from the Docker\n' +
    'Engine of this machine; volumes stay.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  options: { clean: { type: 'flag', summary: 'also remove its containers, of the Engine of this machine' } },
  examples: ['stella target remove web-1', 'stella target remove laptop --clean'],
  async run(session, [name = ''], options, context) {
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const docker = options.clean ? await openEngine(context) : undefined;
    const target = await findTarget(deployments, name);
    const { body } = await deployments.deleteTarget({ params: { targetId: target.id } });
    const removed = docker === undefined ? [] : await removeContainers(docker, target);
    return showOne(options.clean ? { ...body, removed } : body, [
      ...targetLines(body),
      ...removed.map((one) => ['removed', one] as const),
    ]);
  },
});

/** Before anything is taken out: an Engine that does not answer cannot be cleaned. */
async function openEngine(context: Context): Promise<ContainerClient> {
  const host = context.env['DOCKER_HOST'];
  const docker = containerClient(host === undefined ? {} : { host });
  await docker.ping();
  return docker;
}

/** Only what the server knows of this target, and what says here that a deployment made it. */
async function removeContainers(docker: ContainerClient, { containers }: Target): Promise<string[]> {
  const removed: string[] = [];
  for (const { containerId, labels } of containers) {
    const here = OURS in labels ? await docker.inspectContainer(containerId) : undefined;
    if (here === undefined || here.labels[OURS] !== labels[OURS]) continue;
    await docker.removeContainer(here.id);
    removed.push(here.name);
  }
  return removed;
}
