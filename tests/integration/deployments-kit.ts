import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { AGENT_ROUTES, type Deployment, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Database } from '@stella-ops/platform/database';
import { systemClock, systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-releases';
import { type Engine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { imageOf, Neighbours } from './releases-neighbours.ts';
import { makeRequest, ScriptedAgent } from './scripted-agent.ts';

export const COMPOSE = 'services:\n  web:\n    image: component:web\n    ports: ["8080:80"]\n';

export const code = (error: string): unknown => expect.objectContaining({ code: error });

/** How long an agent keeps a task, and how long a target may be silent, by the clock of the kit: longer than any machine stalls. */
export const LEASE_MS = 600_000;
export const STALE_MS = 900_000;

/** The releases service on one engine, with agents that a test scripts. Call it in a suite: it opens before and closes after. */
export function deploymentsKit(engine: Engine) {
  let passedMs = 0;
  let database: Database;
  let neighbours: Neighbours;
  let rig: ServiceRig;

  beforeAll(async () => {
    database = await engine.database();
    neighbours = new Neighbours(database);
    const folder = mkdtempSync(join(tmpdir(), 'stella-deployments-'));
    rig = await openServiceRig({
      services: [...neighbours.services(), service],
      database,
      config: { releases: { secretsDir: folder, leaseSeconds: LEASE_MS / 1000, staleSeconds: STALE_MS / 1000 } },
      clock: { ...systemClock, now: () => new Date(Date.parse(systemClock.now()) + passedMs).toISOString() },
    });
    return async () => {
      await rig.close();
      rmSync(folder, { recursive: true });
    };
  });

  async function scene(
    environments: readonly { name: string; requiredApprovals?: number; isSeparationOfDuties?: boolean }[] = [
      { name: 'prod' },
    ],
  ) {
    const tenantId = systemIds.uuid();
    const world = neighbours.of(tenantId);
    const who = (name: string) => ({ tenantId, id: `${name}-id`, name });
    const person = (name: string) => rig.as(RELEASES_ROUTES, who(name));
    const ada = person('ada');
    const ops = rig.as(DEPLOYMENTS_ROUTES, who('ada'));
    await ada.createComponent({ body: { name: 'web', repository: 'registry.example/shop/web' } });
    const ids = new Map<string, string>();
    for (const [index, one] of environments.entries()) {
      ids.set(one.name, (await ada.createEnvironment({ body: { order: index + 1, ...one } })).body.id);
    }
    const environmentId = ids.get('prod') ?? '';
    let versions = 0;
    const release = async () => {
      const digest = digestOf(`image ${versions} of ${tenantId}`);
      world.images.set(digest, imageOf(digest));
      const components = [{ component: 'web', image: digest }];
      const { body } = await ada.createRelease({ body: { name: 'shop', version: `1.0.${versions++}`, components } });
      return { ...body, imageDigest: digest };
    };
    const readPromotion = async (promotionId: string) => (await ada.getPromotion({ params: { promotionId } })).body;
    const promote = async (releaseId: string, environment: string, state: Promotion['state']) => {
      const { body } = await ada.requestPromotion({ body: { releaseId, environment } });
      return rig.eventually(`promotion ${state}`, async () => {
        const promotion = await readPromotion(body.id);
        return promotion.state === state && promotion;
      });
    };
    const template = (query: object = {}, text = COMPOSE) =>
      ops.setTemplate({
        params: { environmentId },
        query,
        body: { contentType: 'application/yaml', content: one(text) },
      });
    const agent = async (name: string) => {
      const enrolment = (await ops.createEnrolment({ body: { name } })).body;
      const { csr } = await makeRequest();
      const body = { token: enrolment.token, csr, softwareVersion: '1.0.0', platform: 'linux/amd64' };
      const enrolled = await rig.as(AGENT_ROUTES).enrol({ body });
      const as = { kind: 'agent', id: enrolled.body.agentId, name, tenantId } as const;
      return Object.assign(new ScriptedAgent(rig.as(AGENT_ROUTES, { ...as, scopes: ['agent.work'] })), {
        id: enrolled.body.agentId,
      });
    };
    const target = async (name: string, agentName: string) =>
      (await ops.createTarget({ body: { name, environment: 'prod', kind: 'docker', agent: agentName } })).body;
    const deployments = async () => (await ops.listDeployments({ query: { environment: 'prod' } })).body.items;
    const read = async (deploymentId: string) => (await ops.getDeployment({ params: { deploymentId } })).body;
    const until = (deploymentId: string, state: Deployment['state']) =>
      rig.eventually(`deployment ${state}`, async () => {
        const deployment = await read(deploymentId);
        return deployment.state === state && deployment;
      });
    return {
      tenantId,
      world,
      person,
      ada,
      ops,
      environmentId,
      release,
      promote,
      readPromotion,
      template,
      agent,
      target,
      deployments,
      read,
      until,
    };
  }

  /** An environment with one host, where 1.0.0 runs. */
  async function deployed() {
    const world = await scene();
    await world.template();
    const agent = await world.agent('host-1');
    const host = await world.target('web-1', 'host-1');
    const first = await world.release();
    const promotion = await world.promote(first.id, 'prod', 'deploying');
    const task = await agent.take();
    await agent.finish(task, 'succeeded');
    const deployment = await world.until(task.deploymentId, 'succeeded');
    return { ...world, agent, host, first, promotion, task, deployment };
  }

  return {
    scene,
    deployed,
    /** Moves the clock of the services on. */
    pass: (ms: number): void => {
      passedMs += ms;
    },
    get database() {
      return database;
    },
    get neighbours() {
      return neighbours;
    },
    get rig() {
      return rig;
    },
  };
}

async function* one(text: string): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(Buffer.from(text));
}
