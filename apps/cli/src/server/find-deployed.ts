import type { Client } from '@stella-ops/contracts';
import type { Agent, Deployment, DEPLOYMENTS_ROUTES, Target } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { findEnvironment, findRelease } from './find-by-name.ts';
import type { ArgumentSpec } from '../command.ts';
import type { Session } from './session.ts';
import { firstOf, missing, wholeList } from './whole-list.ts';

type Deployments = Client<typeof DEPLOYMENTS_ROUTES>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What {@link findDeployment} takes. */
export const DEPLOYMENT_ARGUMENT: ArgumentSpec = {
  name: 'deployment',
  summary: 'id, name@version:environment, or environment for the newest there',
  arity: 'one',
};

export async function findTarget(deployments: Deployments, name: string): Promise<Target> {
  if (UUID.test(name)) return (await deployments.getTarget({ params: { targetId: name } })).body;
  const all = wholeList((query) => deployments.listTargets({ query }));
  return (await firstOf(all, (one) => one.name === name)) ?? missing('target', name, 'stella target list');
}

export async function findAgent(deployments: Deployments, name: string): Promise<Agent> {
  if (UUID.test(name)) return (await deployments.getAgent({ params: { agentId: name } })).body;
  // A revoked agent keeps its name beside the one that took its place.
  let revoked: Agent | undefined;
  const all = wholeList((query) => deployments.listAgents({ query }));
  for await (const one of all) {
    if (one.name !== name) continue;
    if (one.status !== 'revoked') return one;
    revoked = one;
  }
  return revoked ?? missing('agent', name, 'stella agent list');
}

/** By id; or `shop@1.2.0:prod`, the newest of that release there; or `prod`, the newest there at all. */
export async function findDeployment(session: Session, deployments: Deployments, text: string): Promise<Deployment> {
  const read = async (deploymentId: string) => (await deployments.getDeployment({ params: { deploymentId } })).body;
  if (UUID.test(text)) return read(text);
  const releases = session.client(RELEASES_ROUTES);
  const [release = '', name] = text.split(':');
  if (name === undefined) {
    const environment = await findEnvironment(releases, text);
    const { body } = await deployments.listDeployments({ query: { limit: 1, environment: environment.name } });
    const newest = body.items[0] ?? missing('deployment to', text, 'stella deployment list');
    return read(newest.id);
  }
  const { id: releaseId } = await findRelease(releases, release);
  const all = wholeList((page) => deployments.listDeployments({ query: { ...page, environment: name } }));
  for await (const one of all) if (one.releaseId === releaseId) return read(one.id);
  return missing('deployment', text, 'stella deployment list');
}
