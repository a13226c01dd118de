import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { cutSlice, matchSlice, openIndex } from '@stella-ops/engine-advisories';
import { decide } from '@stella-ops/engine-capsule';
import { parseInventory } from '@stella-ops/engine-inventory';
import { digestOf, parseDigest } from '@stella-ops/engine-kernel';
import { buildVexSet, readOpenVex } from '@stella-ops/engine-vex';
import { checkTenancy, dumpSchema } from '@stella-ops/platform/database';
import { metricFaults, systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-policy';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { BOB, code, CVE, policyKit } from './policy-kit.ts';
import { advisory, inventoryOf, notAffected, packOf } from './policy-world.ts';

const LOW = 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N';

describeEachEngine('decisions of policy', (engine) => {
  const kit = policyKit(engine);
  const { world, as, publish, decisionsOf, newest, eventsOf, blocked, ask, approve, listed } = kit;
  const waiting = (tenantId: string): Promise<number> =>
    kit.database.withTenant(tenantId, async (tx) => {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int4 as n from policy.image where tenant_id = ${tenantId} and is_waiting`.execute(tx);
      return rows[0]?.n ?? 0;
    });

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const file = join(import.meta.dirname, '../../services/policy/schema.sql');
    await expect(await dumpSchema(kit.database, 'policy')).toMatchFileSnapshot(file);
    expect(await checkTenancy(kit.database, 'policy')).toEqual([]);
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
    const stored = kit.rig.host.objects.tenant(tenantId, 'decisions');
    expect(await stored.get(offline.verdictDigest)).toEqual(offline.verdictBytes);
    for (const [digest, bytes] of offline.blobs) expect(await stored.get(digest)).toEqual(Buffer.from(bytes));
    expect(await stored.has(parseDigest(body.findingsDigest))).toBe(true);
    const [verdict, input] = [
      await as(tenantId).getVerdict({ params: { decisionId: body.id } }),
      await as(tenantId).getInput({ params: { decisionId: body.id } }),
    ];
    expect(verdict.body).toEqual(offline.verdict);
    expect(input.body).toEqual(offline.input);
    expect(parseInventory((await stored.get(offline.input.inventory)) ?? Buffer.alloc(0), 'inventory')).toEqual(
      inventory,
    );
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
    await kit.rig.settled();
    expect((await decisionsOf(tenantId, { imageDigest: image })).map(({ id }) => id)).toEqual([decision.id]);
    await world.state(tenantId, [notAffected(CVE, 'frobnicate')]);
    const allowed = await newest(tenantId, image, ({ outcome }) => outcome === 'allow');
    expect(allowed.vexSnapshot).not.toBeNull();
  });

  test('images wait for the first pack and the first snapshot, and are judged then', async () => {
    const tenantId = systemIds.uuid();
    const image = await world.scan(tenantId, inventoryOf('cart', { frobnicate: '1.0.0' }));
    await kit.rig.eventually('it is known', async () => (await waiting(tenantId)) === 1);
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
    await kit.rig.settled();
    const traces = async () => {
      const { rows } = await kit.database.withTenant(tenantId, (tx) =>
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

  test('metrics keep the rules of names and tell of decisions and of images that wait', async () => {
    await blocked();
    expect(metricFaults(service.metrics ?? {})).toEqual([]);
    const text = await kit.rig.host.renderMetrics();
    expect(text).toMatch(/policy_decisions_total\{outcome="deny",purpose="continuous"\} [1-9]/);
    expect(text).toMatch(/policy_images_waiting \d+/);
    expect(text).toMatch(/policy_decision_seconds_count [1-9]/);
  });
});
