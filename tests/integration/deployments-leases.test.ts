import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { digestOf } from '@stella-ops/engine-kernel';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { code, deploymentsKit, LEASE_MS } from './deployments-kit.ts';
import { stepOf } from './scripted-agent.ts';

describeEachEngine('leases of tasks', (engine) => {
  const kit = deploymentsKit(engine);
  const { scene } = kit;

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
    const next = agent.take(25_000);
    kit.pass(LEASE_MS);
    const task = await next;
    expect([task.id, task.fencingToken]).toEqual([stale.id, stale.fencingToken + 1]);
    await expect(agent.progress(stale)).rejects.toEqual(code('LEASE_LOST'));
    await expect(agent.finish(stale, 'failed')).rejects.toEqual(code('LEASE_LOST'));
    await agent.finish(task, 'succeeded');
    expect((await until(task.deploymentId, 'succeeded')).tasks[0]?.attempt).toBe(1);
    const { rows } = await kit.database.withTenant(tenantId, (tx) =>
      sql<{ data: { change: string } }>`
        select data from events.outbox where type = 'deployments.agent.changed' order by id`.execute(tx),
    );
    expect(rows.map(({ data }) => data.change)).toContain('lease-lost');
  });

  test('progress renews it, and is seen by whoever watches', async () => {
    const { agent, read } = await queued();
    const task = await agent.take();
    for (let i = 0; i < 3; i++) {
      kit.pass(LEASE_MS / 2);
      expect((await agent.poll()).task).toBeNull();
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
    const holding = kit.database.withTenant(tenantId, async (tx) => {
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
    const person = kit.rig.as(AGENT_ROUTES, { tenantId });
    const body = { waitMs: 0, softwareVersion: '1', platform: 'linux/amd64' };
    await expect(person.takeTask({ body })).rejects.toEqual(code('SCOPE_MISSING'));
  });

  test('a revoked agent gets none, though it was let in before and still waits', async () => {
    const { template, agent: enrol, target, ops, release, promote } = await scene();
    await template();
    // Callers of the kit are believed: this one is as far as a request that came before.
    const waiting = await enrol('host-1');
    await target('web-1', 'host-1');
    await ops.revokeAgent({ params: { agentId: waiting.id } });
    await promote((await release()).id, 'prod', 'deploying');
    expect((await waiting.poll()).task).toBeNull();
    const next = await enrol('host-1');
    expect(await next.take()).toMatchObject({ target: { name: 'web-1' } });
  });
});
