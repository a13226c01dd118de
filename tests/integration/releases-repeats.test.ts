import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Promotion } from '@stella-ops/contracts/releases';
import { systemClock, systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-releases';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { approve, isBlocked, releasesKit } from './releases-kit.ts';

describeEachEngine('promotions, at least once and once', (engine) => {
  const kit = releasesKit(engine);
  const { scene, settle } = kit;

  test('a request that is repeated under its key is one promotion', async () => {
    const { ada, environment, release } = await scene();
    await environment('dev', 1, { requiredApprovals: 1 });
    const { id: releaseId } = await release();
    const request = () => ada.requestPromotion({ body: { releaseId, environment: 'dev' } }, { idempotencyKey: 'once' });
    const [first, second] = [await request(), await request()];
    expect(second.body).toEqual(first.body);
    expect((await ada.listPromotions({})).body.items).toHaveLength(1);
  });

  /** Runs the job of a promotion here, as the queue would again after a process died. */
  async function evaluator(tenantId: string, promotionId: string) {
    const again = await service.start({
      config: service.config.schema.parse({}),
      host: kit.rig.host,
      clock: systemClock,
      ids: systemIds,
      randomness: systemRandomness,
      logger: undefined as never,
    });
    const job = again.jobs?.find(({ name }) => name === 'releases.evaluate-gates');
    if (job === undefined) throw new Error('the job is not there');
    const context = { tenantId, jobId: 'x', attempt: 2, signal: new AbortController().signal };
    return (evaluation: number) => job.runStored({ promotionId, evaluation }, context);
  }

  test('an evaluation that runs twice, at once or again, moves the promotion once', async () => {
    const { tenantId, world, environment, release, ask, untilState, read } = await scene();
    await environment('dev', 1, { requiredApprovals: 1 });
    const { id } = await ask((await release()).id, 'dev');
    await untilState(id, 'pending_approval');
    await settle(tenantId, id);
    const before = await read(id);
    const run = await evaluator(tenantId, id);
    await Promise.all([run(1), run(1), run(99), run(99)]);
    expect(await read(id)).toEqual(before);
    expect(world.decisions).toHaveLength(1);
  });

  test('an evaluation that was overtaken by a newer one writes nothing', async () => {
    const { tenantId, world, ada, environment, release, ask, until, untilState, read } = await scene();
    await environment('dev', 1, { requiredApprovals: 1 });
    const { id } = await ask((await release()).id, 'dev');
    await untilState(id, 'pending_approval');
    await settle(tenantId, id);
    await kit.database.withTenant(tenantId, (tx) =>
      sql`update releases.promotion set wanted = wanted + 1, stale_at = wanted + 1 where promotion_id = ${id}`.execute(
        tx,
      ),
    );
    // The older one is told "allow", and answered only when the newer one has written "deny".
    world.beforeDecision = async () => {
      world.beforeDecision = undefined;
      world.outcome = 'deny';
      await ada.evaluatePromotion({ params: { promotionId: id }, body: {} });
      await until(id, 'the newer one blocks', isBlocked('policy'));
    };
    const run = await evaluator(tenantId, id);
    await run(99);
    const newer = await read(id);
    expect(world.decisions.map(({ outcome }) => outcome)).toEqual(['allow', 'deny', 'allow']);
    expect(newer).toMatchObject({ state: 'pending_gate', sentence: expect.stringContaining('denies web') });
    await settle(tenantId, id);
    expect(await read(id)).toEqual(newer);
  });

  test('a watch shows each state in its order and ends with the promotion', async () => {
    const { environment, release, ask, bob, ada, untilState } = await scene();
    await environment('dev', 1, { requiredApprovals: 1 });
    const { id } = await ask((await release()).id, 'dev');
    const { body } = await ada.watchPromotion({ params: { promotionId: id } });
    const seen: Promotion[] = [];
    const watching = (async () => {
      for await (const { data } of body) seen.push(data);
    })();
    await untilState(id, 'pending_approval');
    await kit.rig.eventually('the watch has begun', () => Promise.resolve(seen.length > 0));
    await approve(bob, id);
    await watching;
    const versions = seen.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    expect(seen.at(-1)?.state).toBe('approved');
    expect(seen.length).toBeGreaterThan(1);
  });
});
