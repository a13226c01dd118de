import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '@stella-ops/contracts';
import { CONCELIER_EVENTS } from '@stella-ops/contracts/concelier';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { type Gate, type Promotion, RELEASES_ROUTES, type Release } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { systemClock, systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-releases';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { imageOf, Neighbours, type World } from './releases-neighbours.ts';

const REPOSITORY = 'registry.example/shop/web';
type Releases = Client<typeof RELEASES_ROUTES>;

describeEachEngine('rules of releases', (engine) => {
  let database: Database;
  let neighbours: Neighbours;
  let rig: ServiceRig;

  beforeAll(async () => {
    database = await engine.database();
    neighbours = new Neighbours(database);
    rig = await openServiceRig({ services: [...neighbours.services(), service], database });
    return () => rig.close();
  });

  /** A tenant of its own, with a component, a scanned image, and people. */
  async function scene() {
    const tenantId = systemIds.uuid();
    const world = neighbours.of(tenantId);
    const person = (name: string) => ({ tenantId, id: `${name}-id`, name });
    const ada = rig.as(RELEASES_ROUTES, person('ada'));
    const bob = rig.as(RELEASES_ROUTES, person('bob'));
    const eve = rig.as(RELEASES_ROUTES, person('eve'));
    await ada.createComponent({ body: { name: 'web', repository: REPOSITORY } });
    const digest = digestOf(`image of ${tenantId}`);
    world.images.set(digest, imageOf(digest));
    let versions = 0;
    const environment = async (name: string, order: number, more: object = {}) =>
      (await ada.createEnvironment({ body: { name, order, ...more } })).body;
    const release = async (image: string = digest, more: object = {}): Promise<Release> => {
      const body = { name: 'shop', version: `1.0.${versions++}`, components: [{ component: 'web', image }], ...more };
      return (await ada.createRelease({ body })).body;
    };
    const ask = async (releaseId: string, to: string): Promise<Promotion> =>
      (await ada.requestPromotion({ body: { releaseId, environment: to } })).body;
    const read = async (promotionId: string): Promise<Promotion> =>
      (await ada.getPromotion({ params: { promotionId } })).body;
    const until = (promotionId: string, what: string, holds: (promotion: Promotion) => boolean) =>
      rig.eventually(what, async () => {
        const promotion = await read(promotionId);
        return holds(promotion) && promotion;
      });
    const untilState = (promotionId: string, state: Promotion['state']) =>
      until(promotionId, `state ${state}`, (promotion) => promotion.state === state);
    return { tenantId, world, ada, bob, eve, digest, environment, release, ask, read, until, untilState };
  }

  const gateOf = (promotion: Promotion, name: Gate['name']): Gate => {
    const gate = promotion.gates.find((one) => one.name === name);
    if (gate === undefined) throw new Error(`no gate ${name}: ${JSON.stringify(promotion.gates)}`);
    return gate;
  };
  const isBlocked = (name: Gate['name']) => (promotion: Promotion) =>
    promotion.gates.some((gate) => gate.name === name && gate.state === 'blocked');
  const isWaiting = (name: Gate['name']) => (promotion: Promotion) =>
    promotion.gates.some((gate) => gate.name === name && gate.state === 'waiting');
  const approve = (client: Releases, promotionId: string) =>
    client.approvePromotion({ params: { promotionId }, body: { reason: 'looked at it' } });
  const code = (error: string): unknown => expect.objectContaining({ code: error });
  const calls = (world: World, routeId: string): number => world.asked.filter((one) => one === routeId).length;
  /** Nothing that was set off is still under way for the promotion. */
  const settle = async (tenantId: string, promotionId: string) => {
    await rig.settled();
    await rig.eventually('every reason to look was followed', () =>
      database.withTenant(tenantId, async (tx) => {
        const { rows } = await sql<{ done: boolean }>`
          select wanted = evaluated as done from releases.promotion where promotion_id = ${promotionId}`.execute(tx);
        return rows[0]?.done;
      }),
    );
  };

  /** Number of the last look at the gates that has ended. */
  const looks = (tenantId: string, promotionId: string) =>
    database.withTenant(tenantId, async (tx) => {
      const { rows } = await sql<{ evaluated: number }>`
        select evaluated from releases.promotion where promotion_id = ${promotionId}`.execute(tx);
      return rows[0]?.evaluated ?? 0;
    });

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const file = fileURLToPath(new URL('../../services/releases/schema.sql', import.meta.url));
    await expect(await dumpSchema(database, 'releases')).toMatchFileSnapshot(file);
    expect(await checkTenancy(database, 'releases')).toEqual([]);
  });

  describe('components and environments', () => {
    test('a name is taken once, lists go on by name, and a stale ETag changes nothing', async () => {
      const { ada } = await scene();
      const body = { name: 'api', repository: 'registry.example/shop/api' };
      const created = await ada.createComponent({ body });
      await expect(ada.createComponent({ body })).rejects.toEqual(code('NAME_TAKEN'));
      const first = (await ada.listComponents({ query: { limit: 1 } })).body;
      const second = (await ada.listComponents({ query: { limit: 1, cursor: first.next ?? '' } })).body;
      expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['api', 'web']);
      expect(second.next).toBeNull();

      const params = { componentId: created.body.id };
      const ifMatch = created.header('etag') ?? '';
      const changed = await ada.updateComponent({ params, body: { description: 'new' } }, { ifMatch });
      expect(changed.body).toMatchObject({ description: 'new', version: 2, repository: body.repository });
      await expect(ada.updateComponent({ params, body: { description: 'old' } }, { ifMatch })).rejects.toEqual(
        code('PRECONDITION_FAILED'),
      );
      expect((await ada.getComponent({ params })).body).toEqual(changed.body);
    });

    test('a repository that no registry could hold is refused with its place', async () => {
      const { ada } = await scene();
      const body = { name: 'bad', repository: 'registry.example/a..b/c' };
      await expect(ada.createComponent({ body })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
        details: { violations: [{ pointer: '/repository' }] },
      });
    });

    test('each environment has its own name and place; they are listed in their order', async () => {
      const { ada, environment } = await scene();
      await environment('prod', 3);
      await environment('dev', 1);
      await expect(environment('dev', 2)).rejects.toEqual(code('NAME_TAKEN'));
      await expect(environment('other', 1)).rejects.toEqual(code('ORDER_TAKEN'));
      const { items } = (await ada.listEnvironments({})).body;
      expect(items.map(({ name, order }) => [name, order])).toEqual([
        ['dev', 1],
        ['prod', 3],
      ]);
    });

    test('a freeze ends after it starts, in the future, on days that exist; ending it removes it', async () => {
      const { ada, environment } = await scene();
      const params = { environmentId: (await environment('dev', 1)).id };
      const freeze = (startsAt: string, endsAt: string) =>
        ada.createFreeze({ params, body: { startsAt, endsAt, reason: 'holidays' } });
      await expect(freeze('2099-01-02T00:00:00.000Z', '2099-01-01T00:00:00.000Z')).rejects.toEqual(
        code('FREEZE_INVALID'),
      );
      await expect(freeze('2020-01-01T00:00:00.000Z', '2020-01-02T00:00:00.000Z')).rejects.toEqual(
        code('FREEZE_INVALID'),
      );
      await expect(freeze('2099-02-30T00:00:00.000Z', '2099-03-02T00:00:00.000Z')).rejects.toEqual(
        code('FREEZE_INVALID'),
      );
      const { freezes, version } = (await freeze('2099-01-01T00:00:00.000Z', '2099-01-02T00:00:00.000Z')).body;
      expect(freezes).toMatchObject([{ reason: 'holidays', createdBy: { id: 'ada-id', name: 'ada' } }]);
      expect(version).toBe(2);
      const freezeId = freezes[0]?.id ?? '';
      expect((await ada.deleteFreeze({ params: { ...params, freezeId } })).body.freezes).toEqual([]);
      await expect(ada.deleteFreeze({ params: { ...params, freezeId } })).rejects.toEqual(code('NOT_FOUND'));
    });

    test('what belongs to another tenant is answered like what is not there', async () => {
      const one = await scene();
      const two = await scene();
      const environment = await one.environment('dev', 1);
      const release = await one.release();
      const promotion = await one.ask(release.id, 'dev');
      const missing = systemIds.uuid();
      const messageOf = (call: Promise<unknown>) => call.then(String, (error: Error) => error.message);
      for (const read of [
        (id: string) => two.ada.getEnvironment({ params: { environmentId: id || environment.id } }),
        (id: string) => two.ada.getRelease({ params: { releaseId: id || release.id } }),
        (id: string) => two.ada.getPromotion({ params: { promotionId: id || promotion.id } }),
        (id: string) => two.ada.watchPromotion({ params: { promotionId: id || promotion.id } }),
        (id: string) => approve(two.bob, id || promotion.id),
      ]) {
        await expect(read('')).rejects.toEqual(code('NOT_FOUND'));
        expect(await messageOf(read(''))).toBe(await messageOf(read(missing)));
      }
      await two.environment('dev', 1);
      await expect(two.ask(release.id, 'dev')).rejects.toEqual(code('RELEASE_UNKNOWN'));
    });
  });

  describe('releases', () => {
    test('a tag is resolved once, to every digest; a later push changes nothing', async () => {
      const { world, ada, release } = await scene();
      const platforms = ['linux/amd64', 'linux/arm64'].map((platform) => ({
        platform,
        manifestDigest: digestOf(platform),
        configDigest: digestOf(`${platform} config`),
      }));
      const resolved = { repository: REPOSITORY, tag: '1.2', indexDigest: digestOf('index'), platforms };
      world.references.set(`${REPOSITORY}:1.2`, resolved);
      const { id, components, digest } = await release('1.2');
      world.references.set(`${REPOSITORY}:1.2`, { ...resolved, indexDigest: digestOf('pushed later') });
      expect(components).toMatchObject([
        { component: 'web', requested: '1.2', indexDigest: digestOf('index'), platforms },
      ]);
      expect((await ada.getRelease({ params: { releaseId: id } })).body).toMatchObject({ components, digest });
      expect(calls(world, 'scanner.images.resolve')).toBe(1);
    });

    test('a digest that was scanned needs no registry; one that was not is asked of it', async () => {
      const { world, digest, release } = await scene();
      world.down.add('registry');
      expect((await release(digest)).components).toMatchObject([{ platforms: [{ manifestDigest: digest }] }]);
      expect((await release(`${REPOSITORY}:1@${digest}`)).components).toMatchObject([
        { platforms: [{ manifestDigest: digest }] },
      ]);
      await expect(release(digestOf('never seen'))).rejects.toEqual(code('REGISTRY_UNAVAILABLE'));
    });

    test('an answer of the registry that is not about the digest asked for is no answer', async () => {
      const { world, release } = await scene();
      const digest = digestOf('wanted');
      world.references.set(`${REPOSITORY}@${digest}`, {
        repository: REPOSITORY,
        tag: null,
        indexDigest: null,
        platforms: [{ platform: 'linux/amd64', manifestDigest: digestOf('x'), configDigest: digestOf('y') }],
      });
      await expect(release(digest)).rejects.toEqual(code('IMAGE_UNRESOLVED'));
    });

    test.each([
      ['registry.example/shop/other:1', 'REPOSITORY_MISMATCH'],
      ['evil.example/shop/web:1', 'REPOSITORY_MISMATCH'],
      ['1.2', 'IMAGE_UNRESOLVED'],
      ['not an image', 'IMAGE_UNRESOLVED'],
    ])('the image %s is refused: %s', async (image, error) => {
      const { release } = await scene();
      await expect(release(image)).rejects.toEqual(code(error));
    });

    test('a version is made once, of components that exist and are named once', async () => {
      const { ada, digest, release } = await scene();
      const { version } = await release();
      await expect(release(digest, { version })).rejects.toEqual(code('VERSION_TAKEN'));
      const image = digest;
      await expect(release(image, { components: [{ component: 'nope', image }] })).rejects.toEqual(
        code('COMPONENT_UNKNOWN'),
      );
      const twice = [1, 2].map(() => ({ component: 'web', image }));
      await expect(release(image, { components: twice })).rejects.toEqual(code('REQUEST_INVALID'));
      expect((await ada.listReleases({ query: { name: 'shop' } })).body.items).toHaveLength(1);
      expect((await ada.listReleases({ query: { name: 'other' } })).body.items).toEqual([]);
    });

    test('releases made at once get calendar versions of their own', async () => {
      const { release } = await scene();
      const made = await Promise.all(Array.from({ length: 6 }, () => release()));
      const numbers = made.map(({ calendarVersion }) => Number(calendarVersion.split('-')[1]));
      expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(made[0]?.calendarVersion).toMatch(/^\d{4}\.\d{2}\.\d{2}-\d$/);
    });

    test('a release cannot be changed, not even by a statement of the service', async () => {
      const { tenantId, release } = await scene();
      const { id } = await release();
      const change = database.withTenant(tenantId, (tx) =>
        sql`update releases.release set digest = 'x' where release_id = ${id}`.execute(tx),
      );
      await expect(change).rejects.toThrow(/permission denied/);
    });

    test('images that nobody scanned are submitted when the release is made, once', async () => {
      const { world, release } = await scene();
      const digest = digestOf('unscanned');
      const platforms = [{ platform: 'linux/amd64', manifestDigest: digest, configDigest: digestOf('config') }];
      world.references.set(`${REPOSITORY}:2`, { repository: REPOSITORY, tag: '2', indexDigest: null, platforms });
      await release('2');
      const scan = await rig.eventually('a scan', () => Promise.resolve([...world.scans.values()][0]));
      expect(scan.source).toBe(`${REPOSITORY}@${digest}`);
    });
  });

  describe('gates', () => {
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
      const { ada, environment, release, ask, until, untilState } = await scene();
      const { id: environmentId } = await environment('dev', 1);
      const endsAt = new Date(Date.now() + 1500).toISOString();
      const body = { startsAt: '2026-01-01T00:00:00.000Z', endsAt, reason: 'inventory week' };
      await ada.createFreeze({ params: { environmentId }, body });
      const promotion = await ask((await release()).id, 'dev');
      const frozen = await until(promotion.id, 'freeze blocks', isBlocked('freeze'));
      expect(gateOf(frozen, 'freeze')).toMatchObject({
        changesAt: endsAt,
        sentence: expect.stringContaining('by ada'),
      });
      await untilState(promotion.id, 'approved');
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
      await neighbours.failScan(tenantId, digest);
      const failed = await until(promotion.id, 'scan blocks', isBlocked('scan'));
      expect(gateOf(failed, 'scan').sentence).toBe('web could not be scanned: layer 2 cannot be fetched.');
      const scansBefore = world.scans.size;
      await ada.evaluatePromotion({ params: { promotionId: promotion.id }, body: {} });
      await until(promotion.id, 'scan waits again', isWaiting('scan'));
      expect(world.scans.size).toBe(scansBefore + 1);
      await neighbours.finishScan(tenantId, digest);
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
      await neighbours.publish(tenantId, POLICY_EVENTS.exceptionChanged, {
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
      await neighbours.publish(tenantId, CONCELIER_EVENTS.snapshotCreated, {
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
      await neighbours.seal(tenantId, decision);
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
      await rig.eventually(
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
          database.withTenant(tenantId, async (tx) => {
            const { rows } = await sql<{ wanted: number }>`select wanted from releases.promotion`.execute(tx);
            return rows[0]?.wanted ?? 0;
          });
        const before = await wanted();
        await ada.updateEnvironment(update, { ifMatch: '*' });
        await rig.eventually('the change is heard of', async () => (await wanted()) > before);
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
        neighbours.publish(tenantId, POLICY_EVENTS.decisionRecorded, {
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
      await rig.eventually('policy was asked anew', () => Promise.resolve(world.decisions.length === 2));
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

  describe('people', () => {
    async function waiting(more: object = {}) {
      const one = await scene();
      await one.environment('prod', 1, { requiredApprovals: 1, ...more });
      const { id } = await one.ask((await one.release()).id, 'prod');
      await one.untilState(id, 'pending_approval');
      await settle(one.tenantId, id);
      return { ...one, id };
    }

    test('whoever asked cannot approve, by no login, token or service; the refusal is on record', async () => {
      const { tenantId, ada, bob, id, read, untilState } = await waiting();
      const token = { kind: 'client', id: 'token-1', name: 'token of ada', onBehalfOf: 'ada-id', tenantId } as const;
      const program = { kind: 'service', id: 'robot', name: 'robot', onBehalfOf: 'ada-id', tenantId } as const;
      const nobody = { kind: 'client', id: 'pipeline', name: 'pipeline', tenantId } as const;
      for (const client of [ada, ...[token, program, nobody].map((who) => rig.as(RELEASES_ROUTES, who))]) {
        await expect(approve(client, id)).rejects.toEqual(code('SEPARATION_OF_DUTIES'));
      }
      expect((await read(id)).approvals).toEqual([]);
      const { rows } = await database.withTenant(tenantId, (tx) =>
        sql`select from audit.entry where action = 'releases.promotions.approve' and outcome = 'refused'`.execute(tx),
      );
      expect(rows).toHaveLength(4);
      expect((await approve(bob, id)).body.approvals).toMatchObject([{ person: { id: 'bob-id' }, isValid: true }]);
      await untilState(id, 'approved');
    });

    test('without separation of duties whoever asked may approve', async () => {
      const { ada, id, untilState } = await waiting({ isSeparationOfDuties: false });
      await approve(ada, id);
      await untilState(id, 'approved');
    });

    test('an approval counts once for each person, also when sent twice at once', async () => {
      const { bob, id, read } = await waiting({ requiredApprovals: 2 });
      const results = await Promise.allSettled([approve(bob, id), approve(bob, id)]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      await expect(approve(bob, id)).rejects.toEqual(code('ALREADY_DECIDED'));
      const { approvals, state, gates } = await read(id);
      expect(approvals).toHaveLength(1);
      expect(state).toBe('pending_approval');
      expect(gates.find(({ name }) => name === 'approval')?.sentence).toBe('1 of 2 approvals given (bob).');
    });

    test('two people who approve at once are both counted, and it is approved once', async () => {
      const { tenantId, world, bob, eve, id, untilState } = await waiting({ requiredApprovals: 2 });
      await Promise.all([approve(bob, id), approve(eve, id)]);
      const approved = await untilState(id, 'approved');
      expect(approved.approvals.map(({ isValid }) => isValid)).toEqual([true, true]);
      const { rows } = await database.withTenant(tenantId, (tx) =>
        sql`select from events.outbox where type = 'releases.promotion.changed' and data->>'promotionId' = ${id}
            and data->>'to' = 'approved' and data->>'from' <> 'approved'`.execute(tx),
      );
      expect(rows).toHaveLength(1);
      expect(world.decisions).toHaveLength(2);
    });

    test('the last approval does not approve what policy denies by now', async () => {
      const { world, bob, id, until } = await waiting();
      world.outcome = 'deny';
      await approve(bob, id);
      const denied = await until(id, 'policy blocks', isBlocked('policy'));
      expect(denied.state).toBe('pending_gate');
      expect(denied.approvals).toMatchObject([{ isValid: false }]);
    });

    test('an approval given while gates are looked at counts for decisions made after it only', async () => {
      const { world, ada, bob, id, untilState } = await waiting();
      expect(world.decisions).toHaveLength(1);
      world.beforeDecision = async () => {
        world.beforeDecision = undefined;
        await approve(bob, id);
      };
      await ada.evaluatePromotion({ params: { promotionId: id }, body: {} });
      const approved = await untilState(id, 'approved');
      expect(world.decisions).toHaveLength(3);
      expect(gateOf(approved, 'policy').evidence[0]?.id).toBe(world.decisions[2]?.id);
    });

    test('an approval is void when another policy judges, and the person may give it again', async () => {
      const { tenantId, world, bob, eve, id, until, untilState } = await waiting({ requiredApprovals: 2 });
      await approve(bob, id);
      world.policyDigest = digestOf('policy 2');
      const digest = world.policyDigest;
      await neighbours.publish(tenantId, POLICY_EVENTS.packActivated, { name: 'default', version: '2.0.0', digest });
      const voided = await until(id, 'the approval is void', ({ approvals }) => approvals[0]?.isValid === false);
      expect(voided.state).toBe('pending_approval');
      expect(gateOf(voided, 'approval').sentence).toBe(
        '0 of 2 approvals given. 1 earlier approval no longer counts: what it was given for has changed.',
      );
      await approve(bob, id);
      await approve(eve, id);
      await untilState(id, 'approved');
    });

    test('who names a version that is not the present one approves nothing', async () => {
      const { bob, id } = await waiting();
      const body = { reason: 'seen' };
      await expect(bob.approvePromotion({ params: { promotionId: id }, body }, { ifMatch: '"v1"' })).rejects.toEqual(
        code('PRECONDITION_FAILED'),
      );
    });

    test('one person rejects, with a reason that stays; nothing can be done to it then', async () => {
      const { ada, bob, id, read } = await waiting();
      const params = { promotionId: id };
      const rejected = (await bob.rejectPromotion({ params, body: { reason: 'not on a Friday' } })).body;
      expect(rejected).toMatchObject({
        state: 'rejected',
        sentence: 'bob rejected it: not on a Friday',
        approvals: [{ verdict: 'rejected', reason: 'not on a Friday' }],
      });
      for (const call of [
        () => approve(bob, id),
        () => bob.rejectPromotion({ params, body: { reason: 'again' } }),
        () => ada.cancelPromotion({ params, body: { reason: 'never mind' } }),
        () => ada.evaluatePromotion({ params, body: {} }),
      ]) {
        await expect(call()).rejects.toEqual(code('PROMOTION_STATE'));
      }
      expect(await read(id)).toEqual(rejected);
    });

    test('a program rejects nothing, and nobody approves before the gates are met', async () => {
      const { tenantId, world, bob, environment, release, ask, until } = await scene();
      await environment('prod', 1, { requiredApprovals: 1 });
      world.outcome = 'deny';
      const { id } = await ask((await release()).id, 'prod');
      await until(id, 'policy blocks', isBlocked('policy'));
      await expect(approve(bob, id)).rejects.toEqual(code('PROMOTION_STATE'));
      const robot = rig.as(RELEASES_ROUTES, { kind: 'client', id: 'pipeline', name: 'pipeline', tenantId });
      await expect(robot.rejectPromotion({ params: { promotionId: id }, body: { reason: 'x' } })).rejects.toEqual(
        code('SEPARATION_OF_DUTIES'),
      );
    });

    test('cancelling ends it, and the release may be asked for again', async () => {
      const { ada, id, ask, read } = await waiting();
      const { releaseId } = await read(id);
      await expect(ask(releaseId, 'prod')).rejects.toEqual(code('PROMOTION_EXISTS'));
      const body = { reason: 'found a bug' };
      const cancelled = (await ada.cancelPromotion({ params: { promotionId: id }, body })).body;
      expect(cancelled).toMatchObject({ state: 'cancelled', sentence: 'ada cancelled it: found a bug' });
      expect((await ask(releaseId, 'prod')).id).not.toBe(id);
    });

    test('a promotion whose time is over ends by itself and says so', async () => {
      const { tenantId, ada, id, untilState } = await waiting();
      await database.withTenant(tenantId, (tx) =>
        sql`update releases.promotion set expires_at = '2026-11-20T00:00:00Z' where promotion_id = ${id}`.execute(tx),
      );
      await ada.evaluatePromotion({ params: { promotionId: id }, body: {} });
      expect((await untilState(id, 'cancelled')).sentence).toContain('It ended by itself at 2026-11-20 00:00 UTC');
    });

    test('the inbox shows what waits for the person who looks, and nothing else', async () => {
      const { tenantId, ada, bob, id } = await waiting({ requiredApprovals: 2 });
      const inbox = async (client: Releases) =>
        (await client.listPromotions({ query: { isWaitingForMe: true } })).body.items.map((one) => one.id);
      const reader = rig.as(RELEASES_ROUTES, { tenantId, id: 'x', name: 'x', scopes: ['promotion.read'] });
      expect([await inbox(ada), await inbox(bob), await inbox(reader)]).toEqual([[], [id], []]);
      await approve(bob, id);
      expect(await inbox(bob)).toEqual([]);
      const all = (await ada.listPromotions({ query: { state: 'pending_approval', environment: 'prod' } })).body.items;
      expect(all.map((one) => one.id)).toEqual([id]);
      expect((await ada.listPromotions({ query: { state: 'approved' } })).body.items).toEqual([]);
    });
  });

  describe('at least once, and once', () => {
    test('a request that is repeated under its key is one promotion', async () => {
      const { ada, environment, release } = await scene();
      await environment('dev', 1, { requiredApprovals: 1 });
      const { id: releaseId } = await release();
      const request = () =>
        ada.requestPromotion({ body: { releaseId, environment: 'dev' } }, { idempotencyKey: 'once' });
      const [first, second] = [await request(), await request()];
      expect(second.body).toEqual(first.body);
      expect((await ada.listPromotions({})).body.items).toHaveLength(1);
    });

    /** Runs the job of a promotion here, as the queue would again after a process died. */
    async function evaluator(tenantId: string, promotionId: string) {
      const again = await service.start({
        config: service.config.schema.parse({}),
        host: rig.host,
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
      await database.withTenant(tenantId, (tx) =>
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
      await approve(bob, id);
      await watching;
      const versions = seen.map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
      expect(seen.at(-1)?.state).toBe('approved');
      expect(seen.length).toBeGreaterThan(1);
    });
  });
});

const PACKET = {
  kind: 'decision' as const,
  imageDigests: [],
  title: 'A decision',
  predicateType: 'stella.ops/decision@v1',
  statementDigest: digestOf('statement'),
  bundleDigest: digestOf('bundle'),
  logIndex: 1,
  capsuleDigest: null,
  capsuleSizeBytes: null,
  sealedAt: '2026-11-20T10:00:00.000Z',
};
