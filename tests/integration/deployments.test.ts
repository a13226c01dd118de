import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { AGENT_ROUTES, type Deployment, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { canonicalBytes, digestOf, type Json } from '@stella-ops/engine-kernel';
import type { Database } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-releases';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { imageOf, Neighbours } from './releases-neighbours.ts';
import { makeRequest, running, ScriptedAgent, stepOf } from './scripted-agent.ts';

const COMPOSE = 'services:\n  web:\n    image: component:web\n    ports: ["8080:80"]\n';

describeEachEngine('rules of deployments', (engine) => {
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
      config: { releases: { secretsDir: folder, leaseSeconds: 2, staleSeconds: 3 } },
    });
    return async () => {
      await rig.close();
      rmSync(folder, { recursive: true });
    };
  });

  const code = (error: string): unknown => expect.objectContaining({ code: error });

  async function scene(environments: readonly { name: string; requiredApprovals?: number }[] = [{ name: 'prod' }]) {
    const tenantId = systemIds.uuid();
    const world = neighbours.of(tenantId);
    const who = { tenantId, id: 'ada-id', name: 'ada' };
    const ada = rig.as(RELEASES_ROUTES, who);
    const ops = rig.as(DEPLOYMENTS_ROUTES, who);
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

  describe('the board', () => {
    test('says for each component and environment what is there, what comes, and why', async () => {
      const { ops, release, promote } = await scene([{ name: 'dev' }, { name: 'prod', requiredApprovals: 1 }]);
      const first = await release();
      await promote(first.id, 'dev', 'approved');
      await promote(first.id, 'prod', 'pending_approval');
      const { body } = await ops.getBoard({});
      expect(body.environments.map(({ name, targets }) => [name, targets])).toEqual([
        ['dev', 0],
        ['prod', 0],
      ]);
      expect(body.rows).toMatchObject([
        {
          component: 'web',
          cells: [
            { environment: 'dev', release: 'shop 1.0.0', state: 'approved', digest: first.imageDigest, next: null },
            { environment: 'prod', release: null, state: 'waiting_approval', next: { release: 'shop 1.0.0' } },
          ],
        },
      ]);
      const where = await ops.whereIs({ params: { imageDigest: first.imageDigest } });
      expect(where.body).toMatchObject({
        releases: [{ release: 'shop 1.0.0', component: 'web' }],
        environments: [{ name: 'dev' }],
        targets: [],
      });
    });

    test('says that a release is there once every target has its receipt, and where its digest runs', async () => {
      const { ops, host, agent, task, first } = await deployed();
      await agent.observe(host.id, running(task.plan));
      const { body } = await ops.getBoard({});
      expect(body.rows[0]?.cells[0]).toMatchObject({ state: 'deployed', release: 'shop 1.0.0', drift: 0 });
      const where = (await ops.whereIs({ params: { imageDigest: first.imageDigest } })).body;
      expect(where.targets).toEqual([{ id: host.id, name: 'web-1', environment: 'prod', containers: 1 }]);
    });
  });

  describe('templates', () => {
    test('a fault is refused with its line, and changes nothing', async () => {
      const { ops, environmentId, template } = await scene();
      const error: unknown = await template({}, 'services:\n  web:\n    image: nginx:latest\n').catch(
        (e: unknown) => e,
      );
      expect(error).toMatchObject({ code: 'TEMPLATE_INVALID', place: { line: 3 } });
      expect((await ops.getTemplate({ params: { environmentId } })).body).toEqual({ template: null });
      const unknown = { environmentId: systemIds.uuid() };
      await expect(ops.getTemplate({ params: unknown })).rejects.toEqual(code('NOT_FOUND'));
    });

    test('it tells the services, and the same bytes have the same digest', async () => {
      const { template } = await scene();
      const { body } = await template({ strategy: 'rolling', batchSize: 2 });
      expect(body).toMatchObject({ services: ['web'], strategy: 'rolling', batchSize: 2, digest: digestOf(COMPOSE) });
    });
  });

  describe('a deployment', () => {
    test('begins by itself after approval, and runs by digest', async () => {
      const { task, deployment, first, promotion, readPromotion } = await deployed();
      expect(digestOf(canonicalBytes(task.plan as Json))).toBe(task.planDigest);
      expect(task.plan).toMatchObject({
        environment: 'prod',
        services: [{ image: { reference: `registry.example/shop/web@${first.imageDigest}` } }],
      });
      expect(await readPromotion(promotion.id)).toMatchObject({ state: 'deployed' });
      expect(deployment.tasks).toMatchObject([{ target: 'web-1', state: 'succeeded', attempt: 1, fencingToken: 1 }]);
    });

    test('names the evidence of its end once that is sealed, and serves the bundle', async () => {
      const { tenantId, deployment, ops, read } = await deployed();
      const params = { deploymentId: deployment.id };
      expect(deployment).toMatchObject({ packetId: null, bundleDigest: null });
      await expect(ops.getDeploymentBundle({ params })).rejects.toEqual(code('NOT_FOUND'));
      const { digest } = await rig.host.objects.tenant(tenantId, 'evidence').put(Buffer.from('a bundle'));
      const packetId = await neighbours.sealEnd(tenantId, deployment.id, deployment.finishedAt ?? '', digest);
      await rig.settled();
      expect(await read(deployment.id)).toMatchObject({ packetId, bundleDigest: digest });
      expect(await textOf((await ops.getDeploymentBundle({ params })).body.content)).toBe('a bundle');
    });

    test('what was resumed has the evidence of its last end only', async () => {
      const { tenantId, agent, release, promote, until, read, ops } = await deployed();
      await promote((await release()).id, 'prod', 'deploying');
      const task = await agent.take();
      await agent.fail(task, 'the registry is gone');
      const failed = await until(task.deploymentId, 'failed');
      const endOf = (one: Deployment) =>
        neighbours.sealEnd(tenantId, one.id, one.finishedAt ?? '', digestOf(one.state));
      const packetId = await endOf(failed);
      await rig.settled();
      expect(await read(failed.id)).toMatchObject({ packetId, bundleDigest: digestOf('failed') });
      await ops.resumeDeployment({ params: { deploymentId: failed.id }, body: {} });
      expect(await read(failed.id)).toMatchObject({ packetId: null, bundleDigest: null });
      await agent.finish(await agent.take(), 'succeeded');
      const done = await until(failed.id, 'succeeded');
      // The evidence of the first end may come late.
      await endOf(failed);
      await rig.settled();
      expect(await read(failed.id)).toMatchObject({ packetId: null });
      const last = await endOf(done);
      await rig.settled();
      expect(await read(failed.id)).toMatchObject({ packetId: last, bundleDigest: digestOf('succeeded') });
    });

    test('lists tell how far it is, and not what its targets reported', async () => {
      const { deployments, agent, release, promote } = await deployed();
      await promote((await release()).id, 'prod', 'deploying');
      await agent.fail(await agent.take(), 'the registry is gone');
      const [failed, first] = await deployments();
      expect([failed?.targets, first?.targets]).toEqual([
        { total: 1, succeeded: 0, failed: 1 },
        { total: 1, succeeded: 1, failed: 0 },
      ]);
      expect(failed).not.toHaveProperty('tasks');
    });

    test('an agent that waits has a task well within a second', async () => {
      const { agent, release, promote, ops } = await deployed();
      const waiting = agent.take(20_000).then((task) => ({ task, atMs: performance.now() }));
      const next = await release();
      const promotion = await promote(next.id, 'prod', 'deploying');
      const { items } = (await ops.listDeployments({ query: { promotionId: promotion.id } })).body;
      const { task, atMs } = await waiting;
      expect(task.deploymentId).toBe(items[0]?.id);
      const queuedAtMs = performance.now() - (Date.now() - Date.parse(items[0]?.createdAt ?? ''));
      expect(atMs - queuedAtMs).toBeLessThan(1000);
    });

    test('batches follow one another, and a failure ends it with its reason; what waited is skipped', async () => {
      const { template, agent: enrol, target, release, promote, until, readPromotion, ops } = await scene();
      await template({ strategy: 'rolling', batchSize: 1 });
      const agent = await enrol('host-1');
      for (const name of ['web-1', 'web-2', 'web-3']) await target(name, 'host-1');
      const promotion = await promote((await release()).id, 'prod', 'deploying');
      const first = await agent.take();
      expect(first.target.name).toBe('web-1');
      expect((await agent.poll()).task).toBeNull();
      await agent.finish(first, 'succeeded');
      const second = await agent.take();
      expect(second.target.name).toBe('web-2');
      await agent.fail(second, 'the registry is gone');
      const failed = await until(second.deploymentId, 'failed');
      expect(failed.sentence).toContain('web-2 failed: the registry is gone.');
      expect(failed.tasks.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'skipped']);
      expect((await readPromotion(promotion.id)).state).toBe('failed');

      const params = { deploymentId: failed.id };
      await ops.resumeDeployment({ params, body: {} });
      expect((await readPromotion(promotion.id)).state).toBe('deploying');
      const again = await agent.take();
      expect([again.id, again.fencingToken, again.planDigest]).toEqual([
        second.id,
        second.fencingToken + 1,
        second.planDigest,
      ]);
      await agent.finish(again, 'succeeded');
      await agent.finish(await agent.take(), 'succeeded');
      const done = await until(failed.id, 'succeeded');
      expect(done.tasks.map(({ attempt }) => attempt)).toEqual([1, 2, 2]);
      expect((await readPromotion(promotion.id)).state).toBe('deployed');
    });

    test('cancelled, it begins no more targets and lets those under way finish', async () => {
      const { template, agent: enrol, target, release, promote, until, ops } = await scene();
      await template({ strategy: 'rolling', batchSize: 1 });
      const agent = await enrol('host-1');
      for (const name of ['web-1', 'web-2']) await target(name, 'host-1');
      await promote((await release()).id, 'prod', 'deploying');
      const task = await agent.take();
      const params = { deploymentId: task.deploymentId };
      expect((await ops.cancelDeployment({ params, body: { reason: 'wrong day' } })).body.state).toBe('running');
      expect((await agent.progress(task)).body.isCancelled).toBe(true);
      await agent.finish(task, 'succeeded');
      const ended = await until(task.deploymentId, 'cancelled');
      expect(ended.tasks.map(({ state }) => state)).toEqual(['succeeded', 'cancelled']);
      await expect(ops.cancelDeployment({ params, body: { reason: 'again' } })).rejects.toEqual(
        code('DEPLOYMENT_STATE'),
      );
    });

    test('one runs in an environment at a time; the approved one behind it follows by itself', async () => {
      const { agent, release, promote, ops, until, readPromotion } = await deployed();
      await promote((await release()).id, 'prod', 'deploying');
      const task = await agent.take();
      const behind = await promote((await release()).id, 'prod', 'approved');
      const start = ops.startDeployment({ params: { promotionId: behind.id }, body: {} });
      await expect(start).rejects.toEqual(code('DEPLOYMENT_RUNS'));
      await agent.finish(task, 'succeeded');
      await until(task.deploymentId, 'succeeded');
      const next = await agent.take();
      expect(next.deploymentId).not.toBe(task.deploymentId);
      expect((await readPromotion(behind.id)).state).toBe('deploying');
    });

    test('a gate that is not met any more keeps it from beginning, and says why', async () => {
      const { ada, ops, environmentId, template, agent, target, release, promote, readPromotion } = await scene();
      const promotion = await promote((await release()).id, 'prod', 'approved');
      await template();
      await agent('host-1');
      await target('web-1', 'host-1');
      const startsAt = '2020-01-01T00:00:00.000Z';
      const freeze = { startsAt, endsAt: '2099-01-01T00:00:00.000Z', reason: 'year end' };
      await ada.createFreeze({ params: { environmentId }, body: freeze });
      const start = () => ops.startDeployment({ params: { promotionId: promotion.id }, body: {} });
      await expect(start()).rejects.toEqual(code('DEPLOYMENT_STATE'));
      const refused = await readPromotion(promotion.id);
      expect(refused.state).toBe('approved');
      expect(refused.sentence).toContain('year end');
    });

    test('it needs targets, a template, an image for the platform, and its promotion to be the last approved', async () => {
      const { ops, release, promote, template, agent, target } = await scene();
      const promotion = await promote((await release()).id, 'prod', 'approved');
      const start = () => ops.startDeployment({ params: { promotionId: promotion.id }, body: {} });
      await expect(start()).rejects.toEqual(code('TARGETS_MISSING'));
      const host = await agent('host-1');
      await target('web-1', 'host-1');
      await expect(start()).rejects.toEqual(code('TEMPLATE_MISSING'));
      await template({}, COMPOSE.replace('component:web', 'component:other'));
      await expect(start()).rejects.toEqual(code('TEMPLATE_INVALID'));
      await template();
      await host.routes.takeTask({ body: { waitMs: 0, softwareVersion: '1', platform: 'linux/arm64' } });
      await expect(start()).rejects.toEqual(code('PLATFORM_MISSING'));
      await host.poll();
      expect((await start()).body).toMatchObject({ state: 'running', startedBy: { name: 'ada' } });
      await expect(start()).rejects.toEqual(code('DEPLOYMENT_STATE'));
    });
  });

  describe('a rollback', () => {
    test('brings back the digests that ran before, and ends the promotion that it undoes', async () => {
      const { agent, ops, environmentId, first, release, promote, until, readPromotion, ada } = await deployed();
      const second = await release();
      const promotion = await promote(second.id, 'prod', 'deploying');
      const task = await agent.take();
      await agent.finish(task, 'succeeded');
      await until(task.deploymentId, 'succeeded');
      const reason = 'it is slow';
      const { body } = await ops.rollBack({ params: { environmentId }, body: { reason } });
      expect(body).toMatchObject({ kind: 'rollback', state: 'rolling_back', release: 'shop 1.0.0', reason });
      await expect(ops.rollBack({ params: { environmentId }, body: { reason } })).rejects.toEqual(
        code('DEPLOYMENT_RUNS'),
      );
      const back = await agent.take();
      expect(back.kind).toBe('rollback');
      expect(JSON.stringify(back.plan)).toContain(first.imageDigest);
      await agent.finish(back, 'succeeded');
      await until(body.id, 'rolled_back');
      expect((await readPromotion(promotion.id)).state).toBe('rolled_back');
      const environment = (await ada.getEnvironment({ params: { environmentId } })).body;
      expect(environment.current?.releaseId).toBe(first.id);
      await expect(ops.rollBack({ params: { environmentId }, body: { reason } })).rejects.toEqual(
        code('ROLLBACK_UNKNOWN'),
      );
    });

    test('a release that never ran there is none to go back to', async () => {
      const { ops, environmentId, release } = await deployed();
      const { id: releaseId } = await release();
      const body = { releaseId, reason: 'no' };
      await expect(ops.rollBack({ params: { environmentId }, body })).rejects.toEqual(code('ROLLBACK_UNKNOWN'));
    });
  });

  describe('leases', () => {
    async function queued() {
      const world = await scene();
      await world.template();
      const agent = await world.agent('host-1');
      await world.target('web-1', 'host-1');
      await world.promote((await world.release()).id, 'prod', 'deploying');
      return { ...world, agent, enrol: world.agent };
    }

    test('one that is not renewed is given out again, and its reports are refused', async () => {
      const { agent, until, tenantId } = await queued();
      const stale = await agent.take();
      const task = await agent.take(10_000);
      expect([task.id, task.fencingToken]).toEqual([stale.id, stale.fencingToken + 1]);
      await expect(agent.progress(stale)).rejects.toEqual(code('LEASE_LOST'));
      await expect(agent.finish(stale, 'failed')).rejects.toEqual(code('LEASE_LOST'));
      await agent.finish(task, 'succeeded');
      expect((await until(task.deploymentId, 'succeeded')).tasks[0]?.attempt).toBe(1);
      const { rows } = await database.withTenant(tenantId, (tx) =>
        sql<{ data: { change: string } }>`
          select data from events.outbox where type = 'deployments.agent.changed' order by id`.execute(tx),
      );
      expect(rows.map(({ data }) => data.change)).toContain('lease-lost');
    });

    test('progress renews it, and is seen by whoever watches', async () => {
      const { agent, read } = await queued();
      const task = await agent.take();
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 900));
        await agent.progress(task, [stepOf('pull', 'running')], 'pulling');
      }
      expect((await read(task.deploymentId)).tasks[0]).toMatchObject({
        state: 'running',
        fencingToken: 1,
        output: 'pulling',
        steps: [{ id: 'pull', state: 'running' }],
      });
    });

    test('an end that is told twice counts once', async () => {
      const { agent, until, read } = await queued();
      const task = await agent.take();
      const first = await agent.finish(task, 'succeeded');
      const { version } = await until(task.deploymentId, 'succeeded');
      expect((await agent.finish(task, 'succeeded')).body).toEqual(first.body);
      expect((await read(task.deploymentId)).version - version).toBeLessThanOrEqual(1);
    });

    test('two that ask at once get one task between them', async () => {
      const { agent } = await queued();
      const answers = await Promise.all([agent.poll(), agent.poll(), agent.poll()]);
      expect(answers.filter(({ task }) => task !== null)).toHaveLength(1);
    });

    test('an agent that hung up while it waited leases nothing', async () => {
      const { agent, environmentId, tenantId } = await queued();
      const hangUp = new AbortController();
      const body = { waitMs: 0, softwareVersion: '1.0.0', platform: 'linux/amd64' };
      const held = Promise.withResolvers<void>();
      const letGo = Promise.withResolvers<void>();
      const holding = database.withTenant(tenantId, async (tx) => {
        await sql`select from releases.environment where environment_id = ${environmentId} for update`.execute(tx);
        held.resolve();
        await letGo.promise;
      });
      await held.promise;
      const asked = agent.routes.takeTask({ body }, { signal: hangUp.signal }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
      hangUp.abort();
      letGo.resolve();
      await holding;
      await asked;
      expect((await agent.take()).fencingToken).toBe(1);
    });

    test('a receipt of something else is a failure', async () => {
      const { agent, until } = await queued();
      const task = await agent.take();
      await agent.finish(task, 'succeeded', [], { deploymentId: task.deploymentId, planDigest: digestOf('another') });
      expect((await until(task.deploymentId, 'failed')).sentence).toContain('receipt');
    });

    test("another agent's task is none", async () => {
      const { agent, enrol } = await queued();
      const task = await agent.take();
      const other = await enrol('host-2');
      await expect(other.progress(task)).rejects.toEqual(code('NOT_FOUND'));
      expect((await other.poll()).task).toBeNull();
    });

    test('a person has no lease, whatever scopes he has', async () => {
      const { tenantId } = await scene();
      const person = rig.as(AGENT_ROUTES, { tenantId });
      const body = { waitMs: 0, softwareVersion: '1', platform: 'linux/amd64' };
      await expect(person.takeTask({ body })).rejects.toEqual(code('SCOPE_MISSING'));
    });
  });

  describe('targets', () => {
    test('a digest changed by hand is seen, told once, and dated from when it was first seen', async () => {
      const { agent, host, task, ops, tenantId } = await deployed();
      await agent.observe(host.id, running(task.plan));
      const wrong = running(task.plan).map((one) => ({ ...one, imageId: digestOf('other'), repoDigests: [] }));
      expect((await agent.observe(host.id, wrong)).body.drift).toBe(1);
      const read = async () => (await ops.getTarget({ params: { targetId: host.id } })).body;
      const seen = await read();
      expect(seen).toMatchObject({ status: 'online', drift: [{ kind: 'wrong_digest', service: 'web' }] });
      const count = async () => {
        const { rows } = await database.withTenant(tenantId, (tx) =>
          sql`select from events.outbox where type = 'deployments.target.changed'`.execute(tx),
        );
        return rows.length;
      };
      const told = await count();
      await agent.observe(host.id, wrong);
      expect(await count()).toBe(told);
      expect((await read()).drift).toEqual(seen.drift);
      expect((await ops.getBoard({})).body.rows[0]?.cells[0]?.drift).toBe(1);
      await agent.observe(host.id, []);
      expect((await read()).drift).toMatchObject([{ kind: 'missing' }]);
      await agent.observe(host.id, running(task.plan));
      expect((await read()).drift).toEqual([]);
    });

    test('one that fell silent is stale until it is heard again', async () => {
      const { agent, host, task, ops } = await deployed();
      await agent.observe(host.id, running(task.plan));
      const read = async () => (await ops.getTarget({ params: { targetId: host.id } })).body;
      const stale = await rig.eventually('the target is stale', async () => {
        const target = await read();
        return target.drift.length > 0 && target;
      });
      expect(stale).toMatchObject({ status: 'stale', drift: [{ kind: 'stale' }] });
      // What runs there is not known, which is not the same as being wrong.
      expect((await ops.getBoard({})).body.rows[0]?.cells[0]?.drift).toBe(0);
      await agent.observe(host.id, running(task.plan));
      expect(await read()).toMatchObject({ status: 'online', drift: [] });
    });

    test('names are taken once, an agent must be there, and one with a task stays', async () => {
      const { template, agent: enrol, target, release, promote, ops } = await scene();
      await expect(target('web-1', 'host-1')).rejects.toEqual(code('TARGET_AGENT'));
      const agent = await enrol('host-1');
      const host = await target('web-1', 'host-1');
      await expect(target('web-1', 'host-1')).rejects.toEqual(code('TARGET_NAME_TAKEN'));
      await template();
      await promote((await release()).id, 'prod', 'deploying');
      const params = { targetId: host.id };
      await expect(ops.deleteTarget({ params })).rejects.toEqual(code('TARGET_IN_USE'));
      await agent.finish(await agent.take(), 'succeeded');
      await ops.deleteTarget({ params });
      await expect(ops.getTarget({ params })).rejects.toEqual(code('NOT_FOUND'));
      expect((await ops.listTargets({ query: {} })).body.items).toEqual([]);
    });
  });

  describe('agents', () => {
    test('a token counts once, and for its name; a revoked name is free, and its targets are inherited', async () => {
      const { ops, agent, target } = await scene();
      const { token } = (await ops.createEnrolment({ body: { name: 'host-1' } })).body;
      const { csr } = await makeRequest();
      const body = { token, csr, softwareVersion: '1.0.0', platform: 'linux/amd64' };
      const { agentId } = (await rig.as(AGENT_ROUTES).enrol({ body })).body;
      await expect(rig.as(AGENT_ROUTES).enrol({ body })).rejects.toEqual(code('ENROLMENT_INVALID'));
      await expect(ops.createEnrolment({ body: { name: 'host-1' } })).rejects.toEqual(code('TARGET_NAME_TAKEN'));
      await target('web-1', 'host-1');
      expect((await ops.revokeAgent({ params: { agentId } })).body.status).toBe('revoked');
      const { id } = await agent('host-1');
      expect((await ops.getAgent({ params: { agentId: id } })).body.targets).toEqual(['web-1']);
      expect((await ops.listAgents({ query: {} })).body.items.map(({ status }) => status).toSorted()).toEqual([
        'never_seen',
        'revoked',
      ]);
    });

    test('what is no certificate request costs no token', async () => {
      const { ops } = await scene();
      const { token } = (await ops.createEnrolment({ body: { name: 'host-1' } })).body;
      const { csr } = await makeRequest();
      const enrol = (request: string) =>
        rig.as(AGENT_ROUTES).enrol({ body: { token, csr: request, softwareVersion: '1', platform: 'linux/amd64' } });
      await expect(enrol('no')).rejects.toEqual(code('CSR_INVALID'));
      await expect(enrol(csr.replace(/[A-Z]{4}/, 'AAAA'))).rejects.toEqual(code('CSR_INVALID'));
      expect((await enrol(csr)).status).toBe(201);
    });
  });
});

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function* one(text: string): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(Buffer.from(text));
}
