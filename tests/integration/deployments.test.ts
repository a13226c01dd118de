import { describe, expect, test } from 'vitest';
import type { Deployment } from '@stella-ops/contracts/deployments';
import { canonicalBytes, digestOf, type Json } from '@stella-ops/engine-kernel';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { code, COMPOSE, deploymentsKit } from './deployments-kit.ts';
import { running } from './scripted-agent.ts';

describeEachEngine('rules of deployments', (engine) => {
  const kit = deploymentsKit(engine);
  const { scene, deployed } = kit;

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
            { environment: 'prod', release: null, state: 'pending_approval', next: { release: 'shop 1.0.0' } },
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
      const { digest } = await kit.rig.host.objects.tenant(tenantId, 'evidence').put(Buffer.from('a bundle'));
      const packetId = await kit.neighbours.sealEnd(tenantId, deployment.id, deployment.finishedAt ?? '', digest);
      await kit.rig.settled();
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
        kit.neighbours.sealEnd(tenantId, one.id, one.finishedAt ?? '', digestOf(one.state));
      const packetId = await endOf(failed);
      await kit.rig.settled();
      expect(await read(failed.id)).toMatchObject({ packetId, bundleDigest: digestOf('failed') });
      await ops.resumeDeployment({ params: { deploymentId: failed.id }, body: {} });
      expect(await read(failed.id)).toMatchObject({ packetId: null, bundleDigest: null });
      await agent.finish(await agent.take(), 'succeeded');
      const done = await until(failed.id, 'succeeded');
      // The evidence of the first end may come late.
      await endOf(failed);
      await kit.rig.settled();
      expect(await read(failed.id)).toMatchObject({ packetId: null });
      const last = await endOf(done);
      await kit.rig.settled();
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

    test('an agent that waits is woken by its task, long before its wait is over', async () => {
      const { agent, release, promote, ops } = await deployed();
      // On a machine with other work one may be late without having waited to the end.
      let lastedMs = Infinity;
      for (let tries = 0; tries < 3 && lastedMs >= 10_000; tries++) {
        const waiting = agent.take(25_000).then((task) => ({ task, atMs: Date.now() }));
        const next = await release();
        const promotion = await promote(next.id, 'prod', 'deploying');
        const { items } = (await ops.listDeployments({ query: { promotionId: promotion.id } })).body;
        const { task, atMs } = await waiting;
        expect(task.deploymentId).toBe(items[0]?.id);
        await agent.finish(task, 'succeeded');
        lastedMs = atMs - Date.parse(items[0]?.createdAt ?? '');
      }
      expect(lastedMs).toBeLessThan(10_000);
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
      // It has found that there is nothing to deploy to.
      await kit.rig.settled();
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
      await kit.rig.settled();
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
});

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
