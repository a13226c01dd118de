import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Scope } from '@stella-ops/contracts';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { type Decision, POLICY_EVENTS, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { cutSlice, matchSlice, openIndex } from '@stella-ops/engine-advisories';
import { decide } from '@stella-ops/engine-capsule';
import { parseInventory } from '@stella-ops/engine-inventory';
import { type Digest, digestOf, parseDigest } from '@stella-ops/engine-kernel';
import { buildVexSet, readOpenVex } from '@stella-ops/engine-vex';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { trimEvents } from '@stella-ops/platform/events';
import { metricFaults, systemClock, systemIds } from '@stella-ops/platform/runtime';
import type { AnyService } from '@stella-ops/platform/service';
import { service as concelier } from '@stella-ops/service-concelier';
import { service as excititor } from '@stella-ops/service-excititor';
import { service } from '@stella-ops/service-policy';
import { service as scanner } from '@stella-ops/service-scanner';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { advisory, inventoryOf, notAffected, packOf, policyWorld } from './policy-world.ts';

const CVE = 'CVE-2026-90001';
const LOW = 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N';
const ALICE = { id: '0193eeee-0000-7000-8000-00000000a11c', name: 'alice' };
const BOB = { id: '0193eeee-0000-7000-8000-000000000b0b', name: 'bob' };
const HOUR_MS = 3_600_000;
const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

describeEachEngine('rules of policy', (engine) => {
  let database: Database;
  let rig: ServiceRig;
  const world = policyWorld();
  let aheadMs = 0;
  const clock = {
    now: () => new Date(Date.parse(systemClock.now()) + aheadMs).toISOString(),
    monotonicMs: () => systemClock.monotonicMs(),
  };
  const inHours = (hours: number): string => new Date(Date.parse(clock.now()) + hours * HOUR_MS).toISOString();

  beforeAll(async () => {
    database = await engine.database();
    rig = await openServiceRig({
      services: [service, ...world.services],
      database,
      clock,
      config: { policy: { expirySweepSeconds: 1 } },
    });
  });
  afterAll(() => rig.close());

  const as = (tenantId: string, who: { id: string; name: string } = ALICE, scopes?: readonly Scope[]) =>
    rig.as(POLICY_ROUTES, { tenantId, ...who, ...(scopes === undefined ? {} : { scopes }) });
  const publish = async (tenantId: string, text: string) =>
    as(tenantId).publishPack({ body: { contentType: 'application/yaml', content: chunk(text) } });
  const decisionsOf = async (tenantId: string, query: object = {}): Promise<readonly Decision[]> =>
    (await as(tenantId).listDecisions({ query: { limit: 200, ...query } })).body.items;
  /** Waits until the newest decision of the tenant's image is one that fits. */
  const newest = (tenantId: string, imageDigest: string, fits: (decision: Decision) => boolean) =>
    rig.eventually('a decision that fits', async () => {
      const [first] = await decisionsOf(tenantId, { imageDigest });
      return first !== undefined && fits(first) ? first : undefined;
    });
  const eventsOf = async (tenantId: string): Promise<readonly { type: string; data: Record<string, unknown> }[]> => {
    const { rows } = await database.withRelay((tx) =>
      sql<{ type: string; data: Record<string, unknown> }>`
        select type, data from events.outbox where tenant_id = ${tenantId} order by id`.execute(tx),
    );
    return rows;
  };
  const waiting = (tenantId: string): Promise<number> =>
    database.withTenant(tenantId, async (tx) => {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int4 as n from policy.image where tenant_id = ${tenantId} and is_waiting`.execute(tx);
      return rows[0]?.n ?? 0;
    });

  /** A tenant with a pack, a vulnerable image, and the decision that blocks it. */
  const blocked = async () => {
    const tenantId = systemIds.uuid();
    await publish(tenantId, packOf('1'));
    await world.advise(tenantId, [advisory(CVE, 'frobnicate', '1.2.0')]);
    const image = await world.scan(tenantId, inventoryOf('cart', { frobnicate: '1.0.0' }));
    return { tenantId, image, decision: await newest(tenantId, image, ({ outcome }) => outcome === 'deny') };
  };
  const ask = async (tenantId: string, hours = 24, more: object = {}) => {
    const { body } = await as(tenantId).requestException({
      body: { vulnerability: CVE, reason: 'an upgrade is under way', expiresAt: inHours(hours), ...more },
    });
    return body;
  };
  const approve = (tenantId: string, exceptionId: string, who = BOB) =>
    as(tenantId, who).approveException({ params: { exceptionId }, body: { reason: 'until the upgrade' } });

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const file = join(import.meta.dirname, '../../services/policy/schema.sql');
    await expect(await dumpSchema(database, 'policy')).toMatchFileSnapshot(file);
    expect(await checkTenancy(database, 'policy')).toEqual([]);
  });

  test('a scanned image is judged by itself: blocked with the reason and the fix', async () => {
    const { tenantId, image, decision } = await blocked();
    expect(decision).toMatchObject({ purpose: 'continuous', environment: null, vexSnapshot: null });
    expect(decision.policy).toMatchObject({ name: 'test', version: '1' });
    expect(decision.reasons).toEqual([
      {
        code: 'SERIOUS',
        rule: 'serious',
        action: 'deny',
        sentence: `${CVE} in frobnicate`,
        fix: 'upgrade frobnicate to 1.2.0',
        vulnerability: CVE,
        component: 'pkg:npm/frobnicate@1.0.0',
      },
    ]);
    expect(decision.counts).toMatchObject({ findings: 1, deny: 1, critical: 1 });
    const told = (await eventsOf(tenantId)).filter(({ type }) => type === POLICY_EVENTS.decisionRecorded.type);
    expect(told.map(({ data }) => data)).toEqual([
      {
        decisionId: decision.id,
        imageDigest: image,
        environment: null,
        outcome: 'deny',
        purpose: 'continuous',
        verdictDigest: decision.verdictDigest,
        findingsDigest: decision.findingsDigest,
        advisorySnapshot: decision.advisorySnapshot,
        evaluatedAt: decision.evaluatedAt,
      },
    ]);
  });

  test('an exception that another person approves lets the image pass, and taking it back blocks it again', async () => {
    const { tenantId, image } = await blocked();
    const exception = await ask(tenantId, 24, { package: 'pkg:npm/frobnicate', imageDigest: image });
    expect(exception).toMatchObject({ state: 'pending_review', requestedBy: ALICE, decidedBy: null });
    expect((await approve(tenantId, exception.id)).body).toMatchObject({ state: 'approved', decidedBy: BOB });
    const allowed = await newest(tenantId, image, ({ outcome }) => outcome === 'allow');
    expect(allowed.counts).toMatchObject({ excepted: 1 });
    const verdict = await as(tenantId).getVerdict({ params: { decisionId: allowed.id } });
    expect(verdict.body).toMatchObject({ exceptions: [{ id: exception.id, state: 'applied' }] });

    await as(tenantId, BOB).revokeException({ params: { exceptionId: exception.id }, body: { reason: 'exploited' } });
    const again = await newest(tenantId, image, ({ outcome }) => outcome === 'deny');
    expect(again.evaluatedAt > allowed.evaluatedAt).toBe(true);
    expect(
      (await eventsOf(tenantId)).flatMap(({ type, data }) => (type.includes('exception') ? [data['state']] : [])),
    ).toEqual(['pending_review', 'approved', 'revoked']);
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ body: string }>`
        select body from audit.entry where tenant_id = ${tenantId} and action = 'policy.decisions.renew'
        order by sequence`.execute(tx),
    );
    const changed = rows.map(({ body }) => (JSON.parse(body) as { details: { changed: string[] } }).details.changed);
    expect(changed).toEqual([
      ['inventory', 'advisories', 'vex', 'policy', 'exceptions'],
      ['exceptions'],
      ['exceptions'],
    ]);
  });

  test('nobody decides on what they asked for: not logged in again, not by a token, not through a service', async () => {
    const tenantId = systemIds.uuid();
    const { id: exceptionId } = await ask(tenantId);
    const selves = [
      rig.as(POLICY_ROUTES, { tenantId, ...ALICE }),
      rig.as(POLICY_ROUTES, { tenantId, kind: 'client', id: ALICE.id, name: 'token of alice' }),
      rig.as(POLICY_ROUTES, { tenantId, kind: 'service', id: 'releases', name: 'releases', onBehalfOf: ALICE.id }),
    ];
    for (const self of selves) {
      const call = { params: { exceptionId }, body: { reason: 'me' } };
      await expect(self.approveException(call)).rejects.toThrow(code('EXCEPTION_SELF_APPROVAL'));
      await expect(self.rejectException(call)).rejects.toThrow(code('EXCEPTION_SELF_APPROVAL'));
    }
    expect((await as(tenantId).getException({ params: { exceptionId } })).body.state).toBe('pending_review');
    expect((await approve(tenantId, exceptionId)).body.state).toBe('approved');
  });

  test('who asks through a service on their behalf is the one who asked', async () => {
    const tenantId = systemIds.uuid();
    const through = rig.as(POLICY_ROUTES, {
      tenantId,
      kind: 'service',
      id: 'releases',
      name: 'releases',
      onBehalfOf: ALICE.id,
    });
    const { body } = await through.requestException({
      body: { vulnerability: CVE, reason: 'x', expiresAt: inHours(1) },
    });
    expect(body.requestedBy.id).toBe(ALICE.id);
    await expect(approve(tenantId, body.id, ALICE)).rejects.toThrow(code('EXCEPTION_SELF_APPROVAL'));
  });

  test('an exception ends at its time: the image is blocked again, with the reason that it ran out', async () => {
    const { tenantId, image } = await blocked();
    const { id: exceptionId, expiresAt } = await ask(tenantId, 2);
    const open = await ask(tenantId, 2, { vulnerability: 'CVE-2026-90009' });
    await approve(tenantId, exceptionId);
    await newest(tenantId, image, ({ outcome }) => outcome === 'allow');
    aheadMs += 3 * HOUR_MS;
    const denied = await newest(tenantId, image, ({ outcome }) => outcome === 'deny');
    expect(denied.reasons[0]?.sentence).toBe(`${CVE} in frobnicate (exception ${exceptionId} expired at ${expiresAt})`);
    for (const id of [exceptionId, open.id]) {
      // The verdict goes by the clock; the state follows with the next sweep.
      await rig.eventually('it is expired', async () => {
        const { body } = await as(tenantId).getException({ params: { exceptionId: id } });
        return body.state === 'expired';
      });
      await expect(approve(tenantId, id)).rejects.toThrow(code('EXCEPTION_STATE'));
    }
  });

  test('a request that could never count is refused, with every member that is wrong', async () => {
    const tenantId = systemIds.uuid();
    const wrong = { vulnerability: 'no id', package: 'frobnicate', expiresAt: inHours(24 * 400), reason: 'x' };
    await expect(as(tenantId).requestException({ body: wrong })).rejects.toThrow(
      expect.objectContaining({
        code: 'EXCEPTION_INVALID',
        details: expect.objectContaining({
          violations: ['/vulnerability', '/package', '/expiresAt'].map((pointer) => ({
            pointer,
            message: expect.any(String) as unknown,
          })),
        }),
      }),
    );
    for (const expiresAt of [inHours(-1), '2027-02-30T00:00:00.000Z']) {
      const body = { vulnerability: CVE, reason: 'x', expiresAt };
      await expect(as(tenantId).requestException({ body })).rejects.toThrow(code('EXCEPTION_INVALID'));
    }
  });

  test('a draft counts for nothing until it is submitted and approved', async () => {
    const tenantId = systemIds.uuid();
    const { id: exceptionId } = await ask(tenantId, 24, { isDraft: true });
    await expect(approve(tenantId, exceptionId)).rejects.toThrow(code('EXCEPTION_STATE'));
    const submitted = await as(tenantId).submitException({ params: { exceptionId }, body: {} });
    expect(submitted.body.state).toBe('pending_review');
    await expect(as(tenantId).submitException({ params: { exceptionId }, body: {} })).rejects.toThrow(
      code('EXCEPTION_STATE'),
    );
    const rejected = await as(tenantId, BOB).rejectException({ params: { exceptionId }, body: { reason: 'no' } });
    expect(rejected.body).toMatchObject({ state: 'rejected', decidedBy: BOB, decisionReason: 'no' });
    await ask(tenantId);
    const { body } = await as(tenantId).listExceptions({ query: { state: 'rejected' } });
    expect(body.items.map(({ id }) => id)).toEqual([exceptionId]);
  });

  test('a decision and all its documents are those that the engine makes offline, to the byte', async () => {
    const tenantId = systemIds.uuid();
    const pack = packOf('1');
    await publish(tenantId, pack);
    await world.advise(tenantId, [
      advisory(CVE, 'frobnicate', '1.2.0'),
      advisory('CVE-2026-90002', 'grommet', '3.0.0'),
      advisory('CVE-2026-90003', 'elsewhere', '3.0.0'),
    ]);
    await world.state(tenantId, [notAffected('CVE-2026-90002', 'grommet'), notAffected('CVE-2026-1', 'other')]);
    const inventory = inventoryOf('cart', { frobnicate: '1.0.0', grommet: '2.0.0' });
    const image = await world.scan(tenantId, inventory);
    const exception = await ask(tenantId, 24);
    await approve(tenantId, exception.id);
    const { body } = await as(tenantId).decide({
      body: { imageDigest: image, environment: 'stage', purpose: 'promotion' },
    });
    expect(body).toMatchObject({ environment: 'stage', purpose: 'promotion', outcome: 'allow' });

    const approved = (await as(tenantId).getException({ params: { exceptionId: exception.id } })).body;
    const [index] = await listed(tenantId, 'advisory-snapshots');
    const reading = readOpenVex(Buffer.from(JSON.stringify(notAffected('CVE-2026-90002', 'grommet'))), 'vex');
    if (index === undefined || !reading.ok) throw new Error('no evidence');
    const opened = openIndex(index);
    const slice = cutSlice(inventory, opened);
    opened.close();
    const offline = decide({
      inventory,
      slice,
      vexSet: buildVexSet([reading.document], matchSlice(inventory, slice)),
      policyBytes: Buffer.from(pack),
      exceptions: {
        format: 'stella.exceptions/v1',
        exceptions: [
          {
            id: exception.id,
            vulnerability: CVE,
            reason: 'an upgrade is under way',
            approvedBy: 'bob',
            createdAt: approved.decidedAt ?? '',
            expiresAt: exception.expiresAt,
          },
        ],
      },
      environment: 'stage',
      evaluatedAt: body.evaluatedAt,
    });
    expect(body.id).toBe(offline.inputDigest);
    expect(body.verdictDigest).toBe(offline.verdictDigest);
    const stored = rig.host.objects.tenant(tenantId, 'decisions');
    expect(await stored.get(offline.verdictDigest)).toEqual(offline.verdictBytes);
    for (const [digest, bytes] of offline.blobs) expect(await stored.get(digest)).toEqual(Buffer.from(bytes));
    expect(await stored.has(parseDigest(body.findingsDigest))).toBe(true);
    const [verdict, input] = [
      await as(tenantId).getVerdict({ params: { decisionId: body.id } }),
      await as(tenantId).getInput({ params: { decisionId: body.id } }),
    ];
    expect(verdict.body).toEqual(offline.verdict);
    expect(input.body).toEqual(offline.input);
    expect(parseInventory(await bytesOf(tenantId, offline.input.inventory), 'inventory')).toEqual(inventory);
  });

  test('a published version never changes; the same bytes are the same version', async () => {
    const tenantId = systemIds.uuid();
    const first = await publish(tenantId, packOf('1'));
    expect(first).toMatchObject({
      status: 201,
      body: { version: '1', rules: 2, isActive: true, publishedBy: 'alice' },
    });
    expect(await publish(tenantId, packOf('1'))).toMatchObject({ status: 200, body: first.body });
    await expect(publish(tenantId, packOf('1', 5))).rejects.toThrow(code('PACK_VERSION_TAKEN'));
    const second = await publish(tenantId, packOf('2'));
    const { body } = await as(tenantId).listPacks({ query: { name: 'test' } });
    expect(body.items.map(({ version, isActive }) => [version, isActive])).toEqual([
      ['2', true],
      ['1', false],
    ]);
    const back = await as(tenantId).activatePack({ params: { policyDigest: first.body.digest }, body: {} });
    expect(back.body.isActive).toBe(true);
    const after = await as(tenantId).getPack({ params: { policyDigest: second.body.digest } });
    expect(after.body.isActive).toBe(false);
    const source = await as(tenantId).getPackSource({ params: { policyDigest: first.body.digest } });
    expect(await textOf(source.body.content)).toBe(packOf('1'));
    const told = (await eventsOf(tenantId)).map(({ data }) => data['version']);
    expect(told).toEqual(['1', '2', '1']);
  });

  test('a pack with faults is refused with the place of the first and all of them', async () => {
    const tenantId = systemIds.uuid();
    const bad = packOf('1').replace('finding.vex.status', 'finding.vex.stat').replace('code: SERIOUS', 'code: serious');
    await expect(publish(tenantId, bad)).rejects.toThrow(
      expect.objectContaining({
        code: 'PACK_INVALID',
        place: expect.objectContaining({ line: expect.any(Number) as unknown, column: expect.any(Number) as unknown }),
        details: expect.objectContaining({
          violations: expect.arrayContaining([
            expect.objectContaining({ pointer: expect.stringContaining('/rules/') as unknown }),
          ]) as unknown,
        }),
      }),
    );
    expect((await as(tenantId).listPacks({})).body.items).toEqual([]);
  });

  test('the active pack decides: a change of it has all images judged again, also back to an earlier version', async () => {
    const { tenantId, image } = await blocked();
    await publish(tenantId, packOf('2', 10));
    await newest(tenantId, image, ({ outcome, policy }) => outcome === 'allow' && policy.version === '2');
    const packs = (await as(tenantId).listPacks({})).body.items;
    const first = packs.find(({ version }) => version === '1');
    await as(tenantId).activatePack({ params: { policyDigest: first?.digest ?? '' }, body: {} });
    await newest(tenantId, image, ({ outcome, policy }) => outcome === 'deny' && policy.version === '1');
  });

  test('a second pack changes nothing until a decision names it', async () => {
    const { tenantId, image } = await blocked();
    await publish(tenantId, packOf('1', 10, 'a-lenient-one'));
    const strict = await as(tenantId).decide({ body: { imageDigest: image } });
    const lenient = await as(tenantId).decide({ body: { imageDigest: image, policy: 'a-lenient-one' } });
    expect([strict.body.outcome, lenient.body.outcome]).toEqual(['deny', 'allow']);
  });

  test('an answer that did not change is not told again, whatever changed around it', async () => {
    const { tenantId, image, decision } = await blocked();
    // Other records, a statement about another package, an exception for another vulnerability, the same scan.
    await world.advise(tenantId, [advisory(CVE, 'frobnicate', '1.2.0'), advisory('CVE-2026-5', 'elsewhere', '1.0.0')]);
    await world.state(tenantId, [notAffected('CVE-2026-5', 'elsewhere')]);
    await approve(tenantId, (await ask(tenantId, 24, { vulnerability: 'CVE-2026-5' })).id);
    await world.scan(tenantId, inventoryOf('cart', { frobnicate: '1.0.0' }));
    // What comes after it in the order of events has been judged, so what came before has too.
    const other = await world.scan(tenantId, inventoryOf('other', { frobnicate: '1.0.0' }));
    await newest(tenantId, other, () => true);
    await rig.settled();
    expect((await decisionsOf(tenantId, { imageDigest: image })).map(({ id }) => id)).toEqual([decision.id]);
    await world.state(tenantId, [notAffected(CVE, 'frobnicate')]);
    const allowed = await newest(tenantId, image, ({ outcome }) => outcome === 'allow');
    expect(allowed.vexSnapshot).not.toBeNull();
  });

  test('images wait for the first pack and the first snapshot, and are judged then', async () => {
    const tenantId = systemIds.uuid();
    const image = await world.scan(tenantId, inventoryOf('cart', { frobnicate: '1.0.0' }));
    await rig.eventually('it is known', async () => (await waiting(tenantId)) === 1);
    await expect(as(tenantId).decide({ body: { imageDigest: image } })).rejects.toThrow(code('SNAPSHOT_MISSING'));
    await world.advise(tenantId, [advisory(CVE, 'frobnicate', '1.2.0')]);
    await expect(as(tenantId).decide({ body: { imageDigest: image } })).rejects.toThrow(code('POLICY_MISSING'));
    await publish(tenantId, packOf('1'));
    await newest(tenantId, image, ({ outcome }) => outcome === 'deny');
    await expect(as(tenantId).decide({ body: { imageDigest: image, policy: 'none' } })).rejects.toThrow(
      code('POLICY_MISSING'),
    );
    await expect(as(tenantId).decide({ body: { imageDigest: digestOf('never seen') } })).rejects.toThrow(
      code('IMAGE_UNKNOWN'),
    );
  });

  test('a simulation leaves nothing behind: no row, no object, no event', async () => {
    const { tenantId, image } = await blocked();
    await rig.settled();
    const traces = async () => {
      const { rows } = await database.withTenant(tenantId, (tx) =>
        sql`select (select count(*) from policy.decision), (select count(*) from policy.pack) as packs,
                   (select max(revision) from policy.state), (select max(sequence) from audit.head) as audit,
                   (select max(revision) from policy.image) as image`.execute(tx),
      );
      const areas = ['decisions', 'policies', 'inventories'] as const;
      const objects = await Promise.all(areas.map((area) => listed(tenantId, area)));
      return { rows, objects, events: (await eventsOf(tenantId)).length };
    };
    const before = await traces();
    const client = as(tenantId, BOB, ['policy.simulate']);
    const published = await client.simulate({ body: { imageDigest: image, environment: 'prod' } });
    expect(published.body).toMatchObject({ outcome: 'deny', environment: 'prod' });
    const tried = await client.simulate({ body: { imageDigest: image, source: packOf('9', 10) } });
    expect(tried.body).toMatchObject({ outcome: 'allow', policy: { version: '9' } });
    await expect(client.simulate({ body: { imageDigest: image, source: 'rules: [' } })).rejects.toThrow(
      code('PACK_INVALID'),
    );
    await expect(
      client.simulate({ body: { imageDigest: image, source: packOf('9'), policy: 'test' } }),
    ).rejects.toThrow(code('REQUEST_INVALID'));
    expect(await traces()).toEqual(before);
  });

  test('a repeated request with its key gets the recorded decision and makes no second one', async () => {
    const { tenantId, image } = await blocked();
    const idempotencyKey = systemIds.uuid();
    const call = () => as(tenantId).decide({ body: { imageDigest: image } }, { idempotencyKey });
    const [first, second] = [await call(), await call()];
    expect(second.body).toEqual(first.body);
    expect((await decisionsOf(tenantId)).filter(({ purpose }) => purpose === 'request')).toHaveLength(1);
  });

  test('what another tenant has is as unknown as what nobody has', async () => {
    const { tenantId, image, decision } = await blocked();
    const exception = await ask(tenantId);
    const stranger = as(systemIds.uuid(), BOB);
    const missing = async (call: (id: string) => Promise<unknown>, theirs: string, nobodys: string) => {
      const sentence = (id: string) =>
        call(id).then(
          () => 'found',
          (error: Error & { code: string }) => `${error.code} ${error.message.replace(id, '<id>')}`,
        );
      const told = await sentence(theirs);
      expect(told).toContain('NOT_FOUND');
      expect(told).toBe(await sentence(nobodys));
    };
    const nobody = digestOf('nobody');
    const pack = decision.policy.digest;
    await missing((policyDigest) => stranger.getPack({ params: { policyDigest } }), pack, nobody);
    await missing((policyDigest) => stranger.getPackSource({ params: { policyDigest } }), pack, nobody);
    await missing((policyDigest) => stranger.activatePack({ params: { policyDigest }, body: {} }), pack, nobody);
    await missing((decisionId) => stranger.getDecision({ params: { decisionId } }), decision.id, nobody);
    await missing((decisionId) => stranger.getVerdict({ params: { decisionId } }), decision.id, nobody);
    await missing((decisionId) => stranger.getInput({ params: { decisionId } }), decision.id, nobody);
    const nothing = systemIds.uuid();
    await missing((exceptionId) => stranger.getException({ params: { exceptionId } }), exception.id, nothing);
    const reason = { reason: 'x' };
    for (const deed of ['approveException', 'rejectException', 'revokeException'] as const) {
      await missing((exceptionId) => stranger[deed]({ params: { exceptionId }, body: reason }), exception.id, nothing);
    }
    await missing(
      (exceptionId) => stranger.submitException({ params: { exceptionId }, body: {} }),
      exception.id,
      nothing,
    );
    expect((await stranger.listPacks({})).body.items).toEqual([]);
    expect((await stranger.listDecisions({ query: { imageDigest: image } })).body.items).toEqual([]);
    expect((await stranger.listExceptions({})).body.items).toEqual([]);
  });

  test('lists go on where a page ended, each row once, within their filter', async () => {
    const { tenantId, image } = await blocked();
    for (let n = 0; n < 4; n++) await as(tenantId).decide({ body: { imageDigest: image, environment: 'prod' } });
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await as(tenantId).listDecisions({
        query: { limit: 3, environment: 'prod', outcome: 'deny', ...(cursor === undefined ? {} : { cursor }) },
      });
      pages.push(...body.items.map(({ id }) => id));
      cursor = body.next ?? undefined;
    } while (cursor !== undefined);
    const all = (await decisionsOf(tenantId)).filter(({ environment }) => environment === 'prod');
    expect(pages).toEqual(all.map(({ id }) => id));
    expect(new Set(pages).size).toBe(4);
    const ids = [];
    for (let n = 0; n < 3; n++) ids.unshift((await ask(tenantId)).id);
    const first = (await as(tenantId).listExceptions({ query: { limit: 2 } })).body;
    const second = (await as(tenantId).listExceptions({ query: { limit: 2, cursor: first.next ?? '' } })).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.next).toBeNull();
  });

  test('the gravest reason comes first, also among many', async () => {
    const tenantId = systemIds.uuid();
    await publish(tenantId, packOf('1', 1));
    const many = Array.from({ length: 60 }, (_, n) =>
      advisory(`CVE-2026-1${String(n).padStart(3, '0')}`, 'frobnicate', '2.0.0', LOW),
    );
    await world.advise(tenantId, [...many, advisory(CVE, 'zulu', '1.2.0')]);
    const image = await world.scan(tenantId, inventoryOf('many', { frobnicate: '1.0.0', zulu: '1.0.0' }));
    const { reasons, counts } = await newest(tenantId, image, () => true);
    expect(reasons).toHaveLength(50);
    expect(reasons[0]?.vulnerability).toBe(CVE);
    expect(counts).toMatchObject({ deny: 61 });
  });

  test('metrics keep the rules of names and tell of decisions and of images that wait', async () => {
    await blocked();
    expect(metricFaults(service.metrics ?? {})).toEqual([]);
    const text = await rig.host.renderMetrics();
    expect(text).toMatch(/policy_decisions_total\{outcome="deny",purpose="continuous"\} [1-9]/);
    expect(text).toMatch(/policy_images_waiting \d+/);
    expect(text).toMatch(/policy_decision_seconds_count [1-9]/);
  });

  async function listed(tenantId: string, area: 'decisions' | 'policies' | 'inventories' | 'advisory-snapshots') {
    const paths: string[] = [];
    for await (const { digest } of rig.host.objects.tenant(tenantId, area).list()) {
      paths.push((await rig.host.objects.localFile(tenantId, area, digest)) ?? '');
    }
    return paths;
  }

  async function bytesOf(tenantId: string, digest: Digest): Promise<Buffer> {
    return (await rig.host.objects.tenant(tenantId, 'decisions').get(digest)) ?? Buffer.alloc(0);
  }
});

describeEachEngine('exceptions that nobody sweeps', (engine) => {
  test('a job of their own ends them at their time', async () => {
    const world = policyWorld();
    const rig = await openServiceRig({
      services: [service, ...world.services],
      database: await engine.database(),
      config: { policy: { expirySweepSeconds: 86_400 } },
    });
    try {
      const client = rig.as(POLICY_ROUTES, { tenantId: systemIds.uuid(), ...ALICE });
      const expiresAt = new Date(Date.parse(systemClock.now()) + 1000).toISOString();
      const { body } = await client.requestException({ body: { vulnerability: CVE, reason: 'x', expiresAt } });
      await rig.eventually('its end', async () => {
        const read = await client.getException({ params: { exceptionId: body.id } });
        return read.body.state === 'expired';
      });
      expect(systemClock.now() >= expiresAt).toBe(true);
    } finally {
      await rig.close();
    }
  });
});

describeEachEngine('policy with its real neighbours', (engine) => {
  test('an uploaded SBOM, imported advisories and VEX are judged as they come', async () => {
    const rig = await openServiceRig({
      services: [scanner, concelier, excititor, service],
      database: await engine.database(),
    });
    try {
      const tenantId = systemIds.uuid();
      const who = { tenantId, ...ALICE };
      const policy = rig.as(POLICY_ROUTES, who);
      const imageDigest = digestOf('an image known by its SBOM');
      const upload = (document: object) => ({
        contentType: 'application/json',
        content: chunk(JSON.stringify(document)),
      });
      await policy.publishPack({ body: { contentType: 'application/yaml', content: chunk(packOf('1')) } });
      await rig.as(SCANNER_ROUTES, who).importSbom({
        query: { name: 'registry.test/shop/cart:1', imageDigest },
        body: upload({
          bomFormat: 'CycloneDX',
          specVersion: '1.6',
          version: 1,
          components: [{ type: 'library', name: 'frobnicate', version: '1.0.0', purl: 'pkg:npm/frobnicate@1.0.0' }],
        }),
      });
      const advisories = rig.as(CONCELIER_ROUTES, who);
      await advisories.importAdvisories({ body: upload(advisory(CVE, 'frobnicate', '1.2.0')) });
      await advisories.createSnapshot({ body: {} });
      const outcome = async () =>
        (await policy.listDecisions({ query: { limit: 1, imageDigest } })).body.items[0]?.outcome;
      await rig.eventually('it is blocked', async () => (await outcome()) === 'deny');

      const { body: asked } = await policy.requestException({
        body: { vulnerability: CVE, imageDigest, reason: 'x', expiresAt: inAnHour() },
      });
      const exceptionId = asked.id;
      const bob = rig.as(POLICY_ROUTES, { tenantId, ...BOB });
      await bob.approveException({ params: { exceptionId }, body: { reason: 'for an hour' } });
      await rig.eventually('its exception counts', async () => (await outcome()) === 'allow');
      await bob.revokeException({ params: { exceptionId }, body: { reason: 'over' } });
      await rig.eventually('it counts no more', async () => (await outcome()) === 'deny');

      await rig.as(EXCITITOR_ROUTES, who).importVex({ body: upload(notAffected(CVE, 'frobnicate')) });
      await rig.eventually('the statement counts', async () => (await outcome()) === 'allow');
    } finally {
      await rig.close();
    }
  });
});

describeEachEngine('policy after a long absence', (engine) => {
  test('images of which the events were removed are asked for, and wait for their judgement', async () => {
    const world = policyWorld();
    const database = await engine.database();
    const tenantId = systemIds.uuid();
    const during = async (services: readonly AnyService[], act: (rig: ServiceRig) => Promise<unknown>) => {
      const rig = await openServiceRig({ services, database });
      try {
        await act(rig);
      } finally {
        await rig.close();
      }
    };
    await during([service, ...world.services], (rig) =>
      rig
        .as(POLICY_ROUTES, { tenantId, ...ALICE })
        .publishPack({ body: { contentType: 'application/yaml', content: chunk(packOf('1')) } }),
    );
    await during(world.services, async (rig) => {
      await world.scan(tenantId, inventoryOf('cart', { frobnicate: '1.0.0' }));
      await rig.eventually('its events are gone', async () => {
        await trimEvents(database, '2999-01-01T00:00:00.000Z');
        const { rows } = await database.withRelay((tx) =>
          sql`select id from events.outbox where tenant_id = ${tenantId}`.execute(tx),
        );
        return rows.length === 0;
      });
    });
    await during([service, ...world.services], (rig) =>
      rig.eventually('the image is known', () =>
        database.withTenant(tenantId, async (tx) => {
          const { rows } = await sql`
            select image_digest from policy.image where tenant_id = ${tenantId} and is_waiting`.execute(tx);
          return rows.length === 1;
        }),
      ),
    );
  });
});

const inAnHour = (): string => new Date(Date.parse(systemClock.now()) + HOUR_MS).toISOString();

async function* chunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const bytes of content) chunks.push(bytes);
  return Buffer.concat(chunks).toString();
}
