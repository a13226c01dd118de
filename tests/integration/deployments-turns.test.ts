import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import type { Promotion } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { code, COMPOSE, deploymentsKit } from './deployments-kit.ts';
import { receiptOf, running } from './scripted-agent.ts';

const LONG_AGO = '2020-01-01T00:00:00.000Z';
const FAR_OFF = '2099-01-01T00:00:00.000Z';

describeEachEngine('whose turn it is in an environment', (engine) => {
  const kit = deploymentsKit(engine);

  /** An environment with one host and a template, where nothing was deployed yet. */
  async function ready() {
    const one = await kit.scene();
    await one.template();
    const agent = await one.agent('host-1');
    const host = await one.target('web-1', 'host-1');
    return { ...one, agent, host };
  }

  /** Where 1.0.0 and then 1.0.1 were deployed. */
  async function twice() {
    const one = await kit.deployed();
    const second = await one.release();
    const promotion = await one.promote(second.id, 'prod', 'deploying');
    const task = await one.agent.take();
    await one.agent.finish(task, 'succeeded');
    await one.until(task.deploymentId, 'succeeded');
    return { ...one, second, secondPromotion: promotion };
  }

  const freeze = { startsAt: LONG_AGO, endsAt: FAR_OFF, reason: 'year end' };

  describe('an approved promotion', () => {
    /** Approved, and not deployed, because the template wants a component that the release does not have. */
    async function held() {
      const one = await kit.deployed();
      const next = await one.release();
      const { ada, environmentId, template } = one;
      await template({}, COMPOSE.replace('component:web', 'component:other'));
      const promotion = await one.promote(next.id, 'prod', 'approved');
      await kit.rig.eventually('it says why it is not deployed', async () =>
        (await one.readPromotion(promotion.id)).sentence.startsWith('Approved, but not deployed'),
      );
      return { ...one, next, held: promotion, ada, environmentId };
    }

    test('that is not deployed yet is cancelled, and the environment is what it was', async () => {
      const { ada, held: promotion, first, promotion: before, environmentId, readPromotion } = await held();
      const params = { promotionId: promotion.id };
      const environment = async () => (await ada.getEnvironment({ params: { environmentId } })).body.current;
      expect((await environment())?.promotionId).toBe(promotion.id);
      const { body } = await ada.cancelPromotion({ params, body: { reason: 'wrong image' } });
      expect(body).toMatchObject({ state: 'cancelled', sentence: 'ada cancelled it: wrong image' });
      expect(await environment()).toMatchObject({ promotionId: before.id, releaseId: first.id, release: 'shop 1.0.0' });
      await expect(ada.cancelPromotion({ params, body: { reason: 'again' } })).rejects.toEqual(code('PROMOTION_STATE'));
      expect((await readPromotion(before.id)).state).toBe('deployed');
    });

    test('that is cancelled has the evidence of that end, and not of its approval', async () => {
      const { tenantId, ada, held: promotion, readPromotion } = await held();
      const seal = ({ id, decidedAt, state }: Promotion) =>
        kit.neighbours.sealEnd(tenantId, id, decidedAt ?? '', digestOf(state), 'promotion');
      const approval = await seal(promotion);
      await kit.rig.settled();
      expect((await readPromotion(promotion.id)).packetId).toBe(approval);
      const params = { promotionId: promotion.id };
      const { body } = await ada.cancelPromotion({ params, body: { reason: 'no' } });
      const end = await seal(body);
      await kit.rig.settled();
      expect((await readPromotion(promotion.id)).packetId).toBe(end);
      await seal(promotion);
      await kit.rig.settled();
      expect((await readPromotion(promotion.id)).packetId).toBe(end);
    });

    test('that is cancelled is deployed no more, and what comes after it is looked at again', async () => {
      const { ada, ops, release, promote, readPromotion } = await kit.scene([{ name: 'dev' }, { name: 'prod' }]);
      const { id: releaseId } = await release();
      const dev = await promote(releaseId, 'dev', 'approved');
      await ada.cancelPromotion({ params: { promotionId: dev.id }, body: { reason: 'not this one' } });
      const start = ops.startDeployment({ params: { promotionId: dev.id }, body: {} });
      await expect(start).rejects.toEqual(code('DEPLOYMENT_STATE'));
      const prod = await promote(releaseId, 'prod', 'pending_gate');
      await kit.rig.eventually('the order gate says so', async () =>
        (await readPromotion(prod.id)).sentence.startsWith('Blocked: shop 1.0.0 was cancelled for dev'),
      );
      const current = (await ada.listEnvironments({})).body.items.find(({ name }) => name === 'dev')?.current;
      expect(current).toBeNull();
    });

    test('is deployed or cancelled, whichever comes first, and never both', async () => {
      const { ada, ops, held: promotion, template, readPromotion, deployments } = await held();
      await template();
      const count = (await deployments()).length;
      const params = { promotionId: promotion.id };
      const [start, cancel] = await Promise.allSettled([
        ops.startDeployment({ params, body: {} }),
        ada.cancelPromotion({ params, body: { reason: 'stop' } }),
      ]);
      expect([start.status, cancel.status].toSorted()).toEqual(['fulfilled', 'rejected']);
      const { state } = await readPromotion(promotion.id);
      expect([state, (await deployments()).length]).toEqual(
        start.status === 'fulfilled' ? ['deploying', count + 1] : ['cancelled', count],
      );
    });

    test('is deployed with what targets and template are when it begins', async () => {
      const { ops, held: promotion, world, template, target, tenantId } = await held();
      await template();
      // Old enough that policy is asked anew: the moment in which the world changes.
      await age(tenantId, promotion.id);
      world.beforeDecision = async () => {
        world.beforeDecision = undefined;
        await target('web-2', 'host-1');
        await template({}, `${COMPOSE}    environment: { LATE: "yes" }\n`);
      };
      const { body } = await ops.startDeployment({ params: { promotionId: promotion.id }, body: {} });
      expect(body.tasks.map((task) => task.target)).toEqual(['web-1', 'web-2']);
      expect(body.templateDigest).toBe(digestOf(`${COMPOSE}    environment: { LATE: "yes" }\n`));
    });

    test('is judged anew after an exception has ended, however short ago it was approved', async () => {
      const { tenantId, ops, held: promotion, world, template, readPromotion } = await held();
      await template();
      world.outcome = 'deny';
      await kit.neighbours.publish(tenantId, POLICY_EVENTS.exceptionChanged, {
        exceptionId: systemIds.uuid(),
        vulnerability: 'CVE-2026-1',
        state: 'expired',
      });
      await kit.rig.settled();
      const start = ops.startDeployment({ params: { promotionId: promotion.id }, body: {} });
      await expect(start).rejects.toEqual(code('DEPLOYMENT_STATE'));
      expect((await readPromotion(promotion.id)).sentence).toContain('denies');
    });

    test('is deployed by itself when a service that did not answer is back', async () => {
      const { tenantId, ops, held: promotion, world, template, readPromotion, agent } = await held();
      await template();
      await age(tenantId, promotion.id);
      world.down.add('policy');
      const start = ops.startDeployment({ params: { promotionId: promotion.id }, body: {} });
      await expect(start).rejects.toEqual(code('DEPLOYMENT_STATE'));
      expect((await readPromotion(promotion.id)).sentence).toContain('it is asked again by itself');
      world.down.delete('policy');
      const task = await kit.rig.eventually('it is deployed', async () => (await agent.poll()).task ?? undefined);
      await agent.finish(task, 'succeeded');
      expect((await readPromotion(promotion.id)).state).toBe('deployed');
    });

    test('of a release that was asked for again is not deployed beside that, and says so', async () => {
      const { ada, ops, held: promotion, template, next, environmentId } = await held();
      await template();
      await ada.createFreeze({ params: { environmentId }, body: freeze });
      await ada.requestPromotion({ body: { releaseId: next.id, environment: 'prod' } });
      const freezes = (await ada.getEnvironment({ params: { environmentId } })).body.freezes;
      const again = await ada.listPromotions({ query: { releaseId: next.id } });
      expect(again.body.items.map(({ state }) => state)).toContain('pending_gate');
      await ada.deleteFreeze({ params: { environmentId, freezeId: freezes[0]?.id ?? '' } });
      const start = ops.startDeployment({ params: { promotionId: promotion.id }, body: {} });
      await expect(start).rejects.toEqual(code('DEPLOYMENT_STATE'));
    });
  });

  describe('a rollback', () => {
    const back = (one: Awaited<ReturnType<typeof twice>>, releaseId?: string) =>
      one.ops.rollBack({
        params: { environmentId: one.environmentId },
        body: { reason: 'it is slow', ...(releaseId === undefined ? {} : { releaseId }) },
      });

    test('undoes what runs, not what is only approved; that says what became of it', async () => {
      const one = await twice();
      const { agent, template, release, promote, readPromotion, until, ada, environmentId } = one;
      await template({}, COMPOSE.replace('component:web', 'component:other'));
      const queued = await promote((await release()).id, 'prod', 'approved');
      // What it says then is said before it is rolled back, and not over what is said of that.
      await kit.rig.eventually('it says why it is not deployed', async () =>
        (await readPromotion(queued.id)).sentence.startsWith('Approved, but not deployed'),
      );
      const { body } = await back(one);
      await agent.finish(await agent.take(), 'succeeded');
      await until(body.id, 'rolled_back');
      expect((await readPromotion(one.secondPromotion.id)).state).toBe('rolled_back');
      expect(await readPromotion(queued.id)).toMatchObject({
        state: 'approved',
        sentence: expect.stringContaining('rolled back to shop 1.0.0') as unknown,
      });
      const environment = (await ada.getEnvironment({ params: { environmentId } })).body;
      expect(environment.current?.releaseId).toBe(one.first.id);
    });

    test('to a release that was rolled back before makes its promotion deployed again', async () => {
      const one = await twice();
      const { agent, until, readPromotion } = one;
      for (const releaseId of [one.first.id, one.second.id]) {
        const { body } = await back(one, releaseId);
        await agent.finish(await agent.take(), 'succeeded');
        await until(body.id, 'rolled_back');
      }
      const states = [one.promotion, one.secondPromotion].map(async ({ id }) => (await readPromotion(id)).state);
      expect(await Promise.all(states)).toEqual(['rolled_back', 'deployed']);
    });

    test('that failed is tried again and goes no further back', async () => {
      const one = await twice();
      const { agent, until } = one;
      const { body } = await back(one);
      await agent.fail(await agent.take(), 'the host is full');
      await until(body.id, 'failed');
      expect((await back(one)).body.release).toBe('shop 1.0.0');
    });

    test('after the same release was deployed once more goes to the one before it', async () => {
      const one = await twice();
      const { agent, until, promote, second } = one;
      await promote(second.id, 'prod', 'deploying');
      const task = await agent.take();
      await agent.finish(task, 'succeeded');
      await until(task.deploymentId, 'succeeded');
      expect((await back(one)).body.release).toBe('shop 1.0.0');
    });
  });

  describe('a failed deployment', () => {
    async function failed() {
      const one = await ready();
      const promotion = await one.promote((await one.release()).id, 'prod', 'deploying');
      const task = await one.agent.take();
      await one.agent.fail(task, 'the registry is gone');
      const deployment = await one.until(task.deploymentId, 'failed');
      const resume = () => one.ops.resumeDeployment({ params: { deploymentId: deployment.id }, body: {} });
      return { ...one, promotion, deployment, resume };
    }

    test('is not resumed into a frozen environment', async () => {
      const { ada, environmentId, resume } = await failed();
      const { body } = await ada.createFreeze({ params: { environmentId }, body: freeze });
      const error: unknown = await resume().catch((thrown: unknown) => thrown);
      expect(error).toEqual(code('DEPLOYMENT_STATE'));
      expect((error as Error).message).toContain('year end');
      await ada.deleteFreeze({ params: { environmentId, freezeId: body.freezes[0]?.id ?? '' } });
      expect((await resume()).body.state).toBe('running');
    });

    test('is not resumed when policy denies the release by now', async () => {
      const { tenantId, world, resume, agent } = await failed();
      const ended = async () => {
        await kit.neighbours.publish(tenantId, POLICY_EVENTS.exceptionChanged, {
          exceptionId: systemIds.uuid(),
          vulnerability: 'CVE-2026-1',
          state: 'expired',
        });
        await kit.rig.settled();
      };
      world.outcome = 'deny';
      await ended();
      await expect(resume()).rejects.toEqual(code('DEPLOYMENT_STATE'));
      world.outcome = 'allow';
      await ended();
      await resume();
      const again = await agent.take();
      expect(again.attempt).toBe(2);
      await agent.finish(again, 'succeeded');
    });
  });

  describe('what agents tell', () => {
    test('a receipt of a failure is no success, whatever the report around it says', async () => {
      const { agent, promote, release, until } = await ready();
      await promote((await release()).id, 'prod', 'deploying');
      const task = await agent.take();
      await agent.finish(task, 'succeeded', [], { ...receiptOf(task), outcome: 'failed' });
      expect((await until(task.deploymentId, 'failed')).sentence).toContain('receipt');
    });

    test('a host whose clock was set back is heard at once; a look that came late is not', async () => {
      const { agent, host, task, ops } = await kit.deployed();
      const read = async () => (await ops.getTarget({ params: { targetId: host.id } })).body;
      await agent.observe(host.id, running(task.plan), '2030-01-01T12:00:00.000Z');
      await agent.observe(host.id, [], '2030-01-01T11:59:55.000Z');
      expect((await read()).drift).toEqual([]);
      await agent.observe(host.id, [], '2030-01-01T09:00:00.000Z');
      expect((await read()).drift).toMatchObject([{ kind: 'missing' }]);
    });
  });

  test('a freeze that is to begin now begins by the clock of the server', async () => {
    const { ada, environmentId } = await kit.scene();
    const body = { endsAt: FAR_OFF, reason: 'fire' };
    const frozen = (await ada.createFreeze({ params: { environmentId }, body })).body;
    expect(frozen.freezes.map(({ startsAt }) => startsAt)).toEqual([frozen.updatedAt]);
    const error: unknown = await ada
      .createFreeze({ params: { environmentId }, body: { ...body, endsAt: LONG_AGO } })
      .catch((thrown: unknown) => thrown);
    expect(error).toEqual(code('FREEZE_INVALID'));
  });

  describe('approvals', () => {
    const waits = async (rules: object) => {
      const one = await kit.scene([{ name: 'prod', ...rules }]);
      const promotion = await one.promote((await one.release()).id, 'prod', 'pending_approval');
      const approve = (who: 'ada' | 'bob') =>
        one.person(who).approvePromotion({ params: { promotionId: promotion.id }, body: { reason: 'seen' } });
      const rule = async (body: object) => {
        const read = await one.ada.getEnvironment({ params: { environmentId: one.environmentId } });
        await one.ada.updateEnvironment(
          { params: { environmentId: one.environmentId }, body },
          { ifMatch: read.header('etag') ?? '' },
        );
      };
      const until = (what: string, holds: (promotion: Promotion) => boolean) =>
        kit.rig.eventually(what, async () => {
          const read = await one.readPromotion(promotion.id);
          return holds(read) && read;
        });
      return { ...one, promotion, approve, rule, until };
    };

    test('of whoever asked stop counting when duties are separated', async () => {
      const { approve, rule, until } = await waits({ requiredApprovals: 2, isSeparationOfDuties: false });
      await approve('ada');
      await rule({ isSeparationOfDuties: true });
      const left = await until('the approval is void', ({ approvals }) => approvals[0]?.isValid === false);
      expect(left.gates.find(({ name }) => name === 'approval')?.sentence).toBe(
        "0 of 2 approvals given. ada's own approval does not count: ada asked.",
      );
      await approve('bob');
      await kit.rig.settled();
      expect((await until('one counts', ({ state }) => state === 'pending_approval')).state).toBe('pending_approval');
    });

    test('suffice after the rule was changed only with decisions made since', async () => {
      const { approve, rule, until, world } = await waits({ requiredApprovals: 2 });
      await approve('bob');
      await kit.rig.settled();
      const count = world.decisions.length;
      await rule({ requiredApprovals: 1 });
      await until('approved', ({ state }) => state === 'approved');
      expect(world.decisions.length).toBeGreaterThan(count);
    });
  });

  /** As if an approval lay back further than its decisions count. */
  const age = (tenantId: string, promotionId: string) =>
    kit.database.withTenant(tenantId, (tx) =>
      sql`update releases.promotion set decided_at = decided_at - interval '1 hour'
          where promotion_id = ${promotionId}`.execute(tx),
    );
});
