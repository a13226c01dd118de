import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { CONCELIER_EVENTS } from '@stella-ops/contracts/concelier';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import type { Promotion } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { gateOf, isBlocked, isWaiting, PACKET, releasesKit, REPOSITORY } from './releases-kit.ts';

describeEachEngine('gates of promotions', (engine) => {
  const kit = releasesKit(engine);
  const { scene, settle, looks } = kit;

  test('with every gate met and no approval asked for it is approved, and the environment has it', async () => {
    const { ada, digest, environment, release, ask, untilState } = await scene();
    const { id: environmentId } = await environment('dev', 1);
    const made = await release();
    const promotion = await ask(made.id, 'dev');
    expect(promotion).toMatchObject({
      state: 'pending_gate',
      version: 1,
      gates: [],
      release: `shop ${made.version}`,
    });
    const approved = await untilState(promotion.id, 'approved');
    expect(approved.gates.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'order passed',
      'freeze passed',
      'scan passed',
      'policy passed',
      'evidence passed',
      'approval passed',
    ]);
    expect(approved.sentence).toBe('Approved for dev: every gate is met. This environment asks for no approval.');
    expect(approved.decidedAt).not.toBeNull();
    expect(gateOf(approved, 'evidence').evidence.map(({ kind }) => kind)).toEqual(['decision', 'packet']);
    expect(gateOf(approved, 'policy').imageDigest).toBe(digest);
    const { current } = (await ada.getEnvironment({ params: { environmentId } })).body;
    expect(current).toMatchObject({ releaseId: made.id, promotionId: promotion.id, since: approved.decidedAt });
  });

  test('a release climbs one by one: it is blocked above, and goes on by itself when it was approved below', async () => {
    const { environment, release, ask, until, untilState } = await scene();
    await environment('dev', 1, { requiredApprovals: 0 });
    await environment('prod', 2);
    const { id, version } = await release();
    const above = await ask(id, 'prod');
    const blocked = await until(above.id, 'order blocks', isBlocked('order'));
    expect(gateOf(blocked, 'order')).toMatchObject({
      sentence: `shop ${version} was never approved for dev, which comes first.`,
      fix: 'Ask for a promotion to dev.',
      unblockedBy: expect.stringContaining('promotion.write'),
    });
    await ask(id, 'dev');
    await untilState(above.id, 'approved');
  });

  test('a freeze blocks until it ends, says when, and its end is noticed without anybody', async () => {
    /** The promotion while it is blocked; undefined where the freeze was over before anybody looked. */
    const frozenFor = async (lengthMs: number) => {
      const { ada, environment, release, ask, until, untilState } = await scene();
      const { id: environmentId } = await environment('dev', 1);
      const made = await release();
      const endsAt = new Date(Date.now() + lengthMs).toISOString();
      const body = { startsAt: '2026-01-01T00:00:00.000Z', endsAt, reason: 'inventory week' };
      await ada.createFreeze({ params: { environmentId }, body });
      const { id } = await ask(made.id, 'dev');
      const isOver = ({ state }: Promotion) => state === 'approved';
      const seen = await until(id, 'freeze blocks', (one) => isBlocked('freeze')(one) || isOver(one));
      if (isOver(seen)) return undefined;
      await untilState(id, 'approved');
      return { seen, endsAt };
    };
    // A machine with other work may take longer to look than a short freeze lasts.
    const frozen = (await frozenFor(2000)) ?? (await frozenFor(10_000)) ?? (await frozenFor(40_000));
    if (frozen === undefined) throw new Error('no freeze was seen');
    expect(gateOf(frozen.seen, 'freeze')).toMatchObject({
      changesAt: frozen.endsAt,
      sentence: expect.stringContaining('by ada'),
    });
  });

  test('ending a freeze lets promotions go on', async () => {
    const { ada, environment, release, ask, until, untilState } = await scene();
    const { id: environmentId } = await environment('dev', 1);
    const body = { startsAt: '2026-01-01T00:00:00.000Z', endsAt: '2099-01-01T00:00:00.000Z', reason: 'incident' };
    const { freezes } = (await ada.createFreeze({ params: { environmentId }, body })).body;
    const promotion = await ask((await release()).id, 'dev');
    await until(promotion.id, 'freeze blocks', isBlocked('freeze'));
    await ada.deleteFreeze({ params: { environmentId, freezeId: freezes[0]?.id ?? '' } });
    await untilState(promotion.id, 'approved');
  });

  test('an image without inventory is scanned once; a failed scan blocks with its message until it is tried again', async () => {
    const { tenantId, world, ada, environment, release, ask, until, untilState } = await scene();
    await environment('dev', 1);
    const digest = digestOf(`unscanned ${tenantId}`);
    const platforms = [
      { platform: 'linux/amd64', manifestDigest: digest, configDigest: digestOf('a') },
      { platform: 'linux/arm64', manifestDigest: digestOf('arm'), configDigest: digestOf('b') },
    ];
    world.references.set(`${REPOSITORY}:2`, { repository: REPOSITORY, tag: '2', indexDigest: null, platforms });
    const promotion = await ask((await release('2')).id, 'dev');
    await until(promotion.id, 'scan waits', isWaiting('scan'));
    await settle(tenantId, promotion.id);
    await kit.neighbours.failScan(tenantId, digest);
    const failed = await until(promotion.id, 'scan blocks', isBlocked('scan'));
    expect(gateOf(failed, 'scan').sentence).toBe('web could not be scanned: layer 2 cannot be fetched.');
    const scansBefore = world.scans.size;
    await ada.evaluatePromotion({ params: { promotionId: promotion.id }, body: {} });
    await until(promotion.id, 'scan waits again', isWaiting('scan'));
    expect(world.scans.size).toBe(scansBefore + 1);
    await kit.neighbours.finishScan(tenantId, digest);
    const approved = await untilState(promotion.id, 'approved');
    expect(gateOf(approved, 'scan').sentence).toContain('Not judged, because not scanned: linux/arm64.');
  });

  test('a denied image blocks with reasons and fix, and is judged again when an exception is approved', async () => {
    const { tenantId, world, environment, release, ask, until, untilState } = await scene();
    await environment('dev', 1);
    world.outcome = 'deny';
    const promotion = await ask((await release()).id, 'dev');
    const denied = await until(promotion.id, 'policy blocks', isBlocked('policy'));
    expect(denied).toMatchObject({ state: 'pending_gate', sentence: expect.stringContaining('CVE-2026-1') });
    expect(gateOf(denied, 'policy')).toMatchObject({
      sentence:
        'Policy default 1.0.0 denies web (linux/amd64): CVE-2026-1 in openssl 3.0.1 is critical, and for 1 more reason.',
      fix: 'Update openssl to 3.0.2.',
      unblockedBy: expect.stringContaining('exception.approve'),
      reasons: [{ code: 'VULNERABILITY', vulnerability: 'CVE-2026-1' }, { vulnerability: 'CVE-2026-2' }],
    });
    world.outcome = 'allow';
    await kit.neighbours.publish(tenantId, POLICY_EVENTS.exceptionChanged, {
      exceptionId: systemIds.uuid(),
      vulnerability: 'CVE-2026-1',
      state: 'approved',
    });
    await untilState(promotion.id, 'approved');
  });

  test('an answer that policy cannot give blocks with its hint, and a new advisory snapshot has it asked again', async () => {
    const { tenantId, world, environment, release, ask, until, untilState } = await scene();
    await environment('dev', 1);
    world.refusal = 'SNAPSHOT_MISSING';
    const promotion = await ask((await release()).id, 'dev');
    const refused = await until(promotion.id, 'policy blocks', isBlocked('policy'));
    expect(gateOf(refused, 'policy')).toMatchObject({
      fix: expect.stringContaining('stella advisories snapshot'),
      reasons: [{ code: 'SNAPSHOT_MISSING' }],
    });
    world.refusal = undefined;
    const digest = digestOf('snapshot');
    await kit.neighbours.publish(tenantId, CONCELIER_EVENTS.snapshotCreated, {
      snapshotId: systemIds.uuid(),
      digest,
      indexDigest: digest,
      records: 1,
    });
    await untilState(promotion.id, 'approved');
  });

  test('nothing passes while a service does not answer; it is asked again by itself', async () => {
    const recovers = async (name: 'scanner' | 'policy' | 'evidence'): Promise<void> => {
      const { world, environment, release, ask, until, untilState } = await scene();
      await environment('dev', 1);
      const made = await release();
      world.isSealing = name !== 'evidence';
      world.down.add(name);
      const promotion = await ask(made.id, 'dev');
      const gate = name === 'scanner' ? 'scan' : name;
      const waiting = await until(promotion.id, `${gate} waits`, isWaiting(gate));
      expect(gateOf(waiting, gate).sentence).toContain('did not answer');
      expect(waiting.state).toBe('pending_gate');
      world.down.delete(name);
      const [decision] = world.decisions;
      if (decision !== undefined) world.packets.push({ ...PACKET, id: systemIds.uuid(), subjectId: decision.id });
      // The pause before asking again and the pause until the queue is read may add up to more than one wait on a busy machine.
      await untilState(promotion.id, 'approved').catch(() => untilState(promotion.id, 'approved'));
    };
    await Promise.all([recovers('scanner'), recovers('policy'), recovers('evidence')]);
  });

  test('evidence that is sealed lets it go on with the decision it has, without asking policy again', async () => {
    const { tenantId, world, environment, release, ask, until, untilState } = await scene();
    await environment('dev', 1);
    world.isSealing = false;
    const promotion = await ask((await release()).id, 'dev');
    await until(promotion.id, 'evidence waits', isWaiting('evidence'));
    const [decision] = world.decisions;
    if (decision === undefined) throw new Error('policy was not asked');
    await kit.neighbours.seal(tenantId, decision);
    const approved = await untilState(promotion.id, 'approved');
    expect(world.decisions).toHaveLength(1);
    expect(gateOf(approved, 'policy').evidence).toEqual([{ kind: 'decision', id: decision.id }]);
  });

  test('an unverified release skips what needs evidence, and says so', async () => {
    const { world, digest, environment, release, ask, untilState } = await scene();
    await environment('dev', 1);
    const promotion = await ask((await release(digest, { mode: 'unverified' })).id, 'dev');
    const approved = await untilState(promotion.id, 'approved');
    expect(approved.gates.filter(({ state }) => state === 'skipped').map(({ name }) => name)).toEqual([
      'scan',
      'policy',
      'evidence',
    ]);
    expect(gateOf(approved, 'policy').sentence).toContain('never shown as verified');
    expect(world.decisions).toEqual([]);
  });

  test('looking again without news publishes nothing, and its own questions set nothing off', async () => {
    const { tenantId, world, ada, environment, release, ask, untilState, read } = await scene();
    const { id: environmentId } = await environment('dev', 1, { requiredApprovals: 1 });
    const promotion = await ask((await release()).id, 'dev');
    await untilState(promotion.id, 'pending_approval');
    await settle(tenantId, promotion.id);
    const before = await read(promotion.id);
    const looked = await looks(tenantId, promotion.id);
    await ada.updateEnvironment({ params: { environmentId }, body: { requiredApprovals: 1 } }, { ifMatch: '*' });
    await kit.rig.eventually(
      'the gates were looked at again',
      async () => (await looks(tenantId, promotion.id)) > looked,
    );
    await settle(tenantId, promotion.id);
    expect(await read(promotion.id)).toEqual(before);
    expect(world.decisions).toHaveLength(1);
  });

  test('news that come while gates are looked at make one more look, and policy is not asked twice for it', async () => {
    const { tenantId, world, ada, environment, release, ask, untilState } = await scene();
    const { id: environmentId } = await environment('dev', 1, { requiredApprovals: 1 });
    const made = await release();
    world.beforeDecision = async () => {
      world.beforeDecision = undefined;
      const update = { params: { environmentId }, body: { isSeparationOfDuties: false } };
      const wanted = () =>
        kit.database.withTenant(tenantId, async (tx) => {
          const { rows } = await sql<{ wanted: number }>`select wanted from releases.promotion`.execute(tx);
          return rows[0]?.wanted ?? 0;
        });
      const before = await wanted();
      await ada.updateEnvironment(update, { ifMatch: '*' });
      await kit.rig.eventually('the change is heard of', async () => (await wanted()) > before);
    };
    const { id } = await ask(made.id, 'dev');
    await untilState(id, 'pending_approval');
    await settle(tenantId, id);
    expect(world.decisions).toHaveLength(1);
  });

  test('a continuous decision on other findings has policy asked anew; on the same ones it does not', async () => {
    const { tenantId, world, digest, environment, release, ask, untilState } = await scene();
    await environment('dev', 1, { requiredApprovals: 1 });
    const promotion = await ask((await release()).id, 'dev');
    await untilState(promotion.id, 'pending_approval');
    const judged = (findings: string) =>
      kit.neighbours.publish(tenantId, POLICY_EVENTS.decisionRecorded, {
        decisionId: digestOf('continuous'),
        imageDigest: digest,
        environment: null,
        outcome: 'allow',
        purpose: 'continuous',
        verdictDigest: digestOf('verdict'),
        findingsDigest: digestOf(findings),
        advisorySnapshot: digestOf('snapshot'),
        evaluatedAt: '2026-11-20T10:00:00.000Z',
      });
    await judged('findings');
    await judged('other findings');
    await kit.rig.eventually('policy was asked anew', () => Promise.resolve(world.decisions.length === 2));
    await settle(tenantId, promotion.id);
    expect(world.decisions).toHaveLength(2);
  });

  test('when the policy of the environment is changed, the other pack judges', async () => {
    const { tenantId, world, ada, environment, release, ask, untilState, until } = await scene();
    const { id: environmentId } = await environment('dev', 1, { requiredApprovals: 1 });
    const promotion = await ask((await release()).id, 'dev');
    await untilState(promotion.id, 'pending_approval');
    await settle(tenantId, promotion.id);
    world.outcome = 'deny';
    await ada.updateEnvironment({ params: { environmentId }, body: { policy: 'strict' } }, { ifMatch: '*' });
    const denied = await until(promotion.id, 'policy blocks', isBlocked('policy'));
    expect(denied).toMatchObject({ state: 'pending_gate', sentence: expect.stringContaining('Policy strict 1.0.0') });
  });
});
