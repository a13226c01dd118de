import type { Client } from '@stella-ops/contracts';
import type { Deployment, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { Context } from '../context.ts';
import { isDeploymentOver } from './deployment-text.ts';

/** Follows a deployment to its end, with a line for each change. */
export async function watchDeployment(
  deployments: Client<typeof DEPLOYMENTS_ROUTES>,
  first: Deployment,
  context: Context,
): Promise<Deployment> {
  let deployment = first;
  const shown = new Set<string>();
  const show = (one: Deployment): void => {
    for (const line of linesOf(one)) {
      if (shown.has(line)) continue;
      shown.add(line);
      context.notice(`${one.updatedAt} ${line}`);
    }
  };
  while (!isDeploymentOver(deployment)) {
    const { body: changes } = await deployments.watchDeployment({ params: { deploymentId: deployment.id } });
    for await (const { event, data } of changes) {
      if (event === 'reset') continue;
      deployment = data;
      show(data);
    }
    // A stream ends when the server restarts too: look, and go on.
    deployment = (await deployments.getDeployment({ params: { deploymentId: deployment.id } })).body;
  }
  show(deployment);
  return deployment;
}

/** Each line once: the state, and every step that has begun. */
function linesOf(one: Deployment): string[] {
  const steps = one.tasks.flatMap(({ target, attempt, steps: list }) =>
    list
      .filter(({ state }) => state === 'done' || state === 'failed' || state === 'undone')
      .map((step) => `${target}${attempt > 1 ? ` (attempt ${attempt})` : ''} ${step.state}: ${step.sentence}`),
  );
  return [...steps, `${one.state}: ${one.sentence}`];
}
