import { sql, type Transaction } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Scope } from '@stella-ops/contracts';
import { type AuditExport, EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { type AuditVerification, verifyAudit } from '@stella-ops/engine-capsule';
import { PREDICATE_TYPES, readBundle as readSigstoreBundle, readStatement } from '@stella-ops/engine-envelope';
import { readBundle } from '@stella-ops/engine-archive';
import { digestOf } from '@stella-ops/engine-kernel';
import { type AuditFact, CHAIN_START, recordAudits } from '@stella-ops/platform/audit';
import { systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-evidence';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { attestorStandIn } from './evidence-stand-ins.ts';

const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) as unknown }) as unknown;
/** More than two of the pages in which the trail is read. */
const MANY = 1203;

describeEachEngine('exports of the audit trail', (engine) => {
  const attestor = attestorStandIn();
  let rig: ServiceRig;
  let tenantId: string;

  beforeAll(async () => {
    rig = await openServiceRig({
      services: [attestor.service, service],
      database: await engine.database(),
      config: { evidence: { maxAuditEntries: MANY } },
    });
    return () => rig.close();
  });
  beforeEach(() => {
    tenantId = systemIds.uuid();
    Object.assign(attestor.state, { isAway: false, isLying: false });
  });

  const client = (who: { tenantId?: string; name?: string; scopes?: Scope[] } = {}) =>
    rig.as(EVIDENCE_ROUTES, { tenantId, ...who });
  const exportPart = async (first?: number, last?: number) =>
    client().exportAudit({
      body: { ...(first === undefined ? {} : { first }), ...(last === undefined ? {} : { last }) },
    });
  const packageOf = async (exportId: string): Promise<Buffer> => {
    const { body } = await client().getAuditPackage({ params: { exportId } });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body.content) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const verify = (bytes: Buffer): Promise<AuditVerification> =>
    verifyAudit(
      (async function* () {
        yield await Promise.resolve(bytes);
      })(),
      { trust: attestor.trust },
    );
  const listed = async (): Promise<readonly AuditExport[]> =>
    (await client().listAuditExports({ query: {} })).body.items;
  const inTenant = <T>(run: (tx: Transaction<unknown>) => Promise<T>): Promise<T> =>
    rig.host.database.withTenant(tenantId, run);

  /** Adds so many entries to the trail of the tenant. */
  const happen = async (count: number): Promise<void> => {
    const facts = Array.from({ length: count }, (_, n): AuditFact => {
      const id = systemIds.uuid();
      return {
        id,
        tenantId,
        at: `2026-03-01T10:00:00.${String(n % 1000).padStart(3, '0')}Z`,
        actor: { kind: 'user', id: 'u-1', name: 'Rosa' },
        action: 'releases.promotions.approve',
        target: { type: 'promotion', id },
        outcome: 'done',
        details: { reason: `it is fine – ${n}` },
      };
    });
    await inTenant((tx) => recordAudits(tx, tenantId, facts));
  };

  /** Row-level security binds the owner too; whoever breaks in is taken to be past it. */
  const breakIn = (breach: ReturnType<typeof sql>): Promise<void> =>
    rig.host.database.withOwner(async (tx) => {
      await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(tx);
      await breach.execute(tx);
    });

  test('a part of the trail is signed and logged, and verifies without the server', async () => {
    await happen(12);
    const { status, body } = await exportPart(4, 9);
    expect(status).toBe(201);
    const { rows } = await inTenant((tx) =>
      sql<{ body: string; hash: string }>`
        select body, hash from audit.entry where sequence between 3 and 9 order by sequence`.execute(tx),
    );
    const [before, ...entries] = rows;
    expect(body).toMatchObject({ first: 4, last: 9, before: before?.hash, after: entries.at(-1)?.hash });

    const bytes = await packageOf(body.id);
    const { files, seals } = await readBundle(bytes, { sealNames: ['audit.sigstore.json'] });
    const content = entries.map((entry) => `${entry.body}\n`).join('');
    expect(files.get('entries.jsonl')?.toString()).toBe(content);
    expect(body).toMatchObject({ entriesDigest: digestOf(content), entriesSizeBytes: Buffer.byteLength(content) });
    const seal = readSigstoreBundle(seals.get('audit.sigstore.json') ?? Buffer.alloc(0));
    if (!seal.ok || seal.value.content.kind !== 'envelope') throw new Error('no envelope');
    const { payload } = seal.value.content.envelope;
    expect(body.statementDigest).toBe(digestOf(payload));
    const statement = readStatement(payload);
    expect(statement).toMatchObject({ ok: true, value: { predicateType: PREDICATE_TYPES.audit } });

    expect(await verify(bytes)).toMatchObject({
      status: 'verified',
      faults: [],
      range: { tenantId, first: 4, last: 9, entries: 6, before: body.before, after: body.after },
      exportedBy: body.exportedBy,
      exportedAt: body.exportedAt,
    });
    expect(await packageOf(body.id)).toEqual(bytes);
  });

  test('without numbers it is the whole trail, longer than one page of reading', async () => {
    await happen(MANY);
    const { body } = await exportPart();
    expect(body).toMatchObject({ first: 1, last: MANY, before: CHAIN_START });
    expect(await verify(await packageOf(body.id))).toMatchObject({ status: 'verified', range: { entries: MANY } });
  });

  test('the same part is signed once, whoever asks and however many at a time', async () => {
    await happen(5);
    const answers = await Promise.all(Array.from({ length: 4 }, () => exportPart(1, 5)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const signed = attestor.state.entries;
    expect((await exportPart(1, 5)).status).toBe(200);
    expect(attestor.state.entries).toBe(signed);
    expect(await listed()).toEqual([answers[0]?.body]);
  });

  test('parts follow each other, and are listed newest first', async () => {
    await happen(6);
    const { body: one } = await exportPart(1, 3);
    const { body: two } = await exportPart(4, 6);
    expect(two.before).toBe(one.after);
    expect(await listed()).toEqual([two, one]);
    const page = await client().listAuditExports({ query: { limit: 1 } });
    expect(page.body.items).toEqual([two]);
    const next = await client().listAuditExports({ query: { limit: 1, cursor: page.body.next ?? '' } });
    expect(next.body).toEqual({ items: [one], next: null });
  });

  test('exports and downloads stand in the trail themselves', async () => {
    await happen(3);
    const { body } = await exportPart(1, 3);
    await packageOf(body.id);
    const { rows } = await inTenant((tx) =>
      sql`select action, target_type, target_id, outcome from audit.entry where sequence > 3 order by sequence`.execute(
        tx,
      ),
    );
    expect(rows).toEqual([
      { action: 'evidence.audit.export', target_type: 'audit-export', target_id: body.id, outcome: 'done' },
      { action: 'evidence.audit.package', target_type: 'evidence', target_id: body.id, outcome: 'read' },
    ]);
  });

  test('what is not in the trail, and what is too long, is refused', async () => {
    await expect(exportPart()).rejects.toThrow(code('AUDIT_RANGE_INVALID', 'it ends at 0'));
    await happen(4);
    await expect(exportPart(3, 2)).rejects.toThrow(code('AUDIT_RANGE_INVALID'));
    await expect(exportPart(1, 5)).rejects.toThrow(code('AUDIT_RANGE_INVALID', 'it ends at 4'));
    await expect(exportPart(9)).rejects.toThrow(code('AUDIT_RANGE_INVALID'));
    await expect(exportPart(0, 2)).rejects.toThrow(code('REQUEST_INVALID'));
    await happen(MANY);
    await expect(exportPart()).rejects.toThrow(code('AUDIT_RANGE_TOO_LONG', `over the limit of ${MANY}`));
    expect((await exportPart(5)).body).toMatchObject({ first: 5, last: MANY + 4 });
  });

  test('one tenant neither sees nor gets the exports of another', async () => {
    await happen(2);
    const { body } = await exportPart();
    const stranger = client({ tenantId: systemIds.uuid() });
    expect((await stranger.listAuditExports({ query: {} })).body.items).toEqual([]);
    const params = { exportId: body.id };
    await expect(stranger.getAuditPackage({ params })).rejects.toThrow(code('NOT_FOUND'));
    await expect(stranger.exportAudit({ body: { first: 1, last: 2 } })).rejects.toThrow(code('AUDIT_RANGE_INVALID'));
  });

  test('whoever may not read the trail may not export it', async () => {
    await happen(2);
    const { body } = await exportPart();
    const other = client({ scopes: ['evidence.read', 'evidence.write'] });
    const refused = code('SCOPE_MISSING');
    await expect(other.exportAudit({ body: {} })).rejects.toThrow(refused);
    await expect(other.listAuditExports({ query: {} })).rejects.toThrow(refused);
    await expect(other.getAuditPackage({ params: { exportId: body.id } })).rejects.toThrow(refused);
  });

  const at = (sequence: number) => sql`where tenant_id = ${tenantId} and sequence = ${sequence}`;
  test.each<[string, () => ReturnType<typeof sql>, string]>([
    [
      'a changed entry',
      () => sql`update audit.entry set body = replace(body, 'Rosa', 'Ruth') ${at(6)}`,
      'the entry 6 was changed',
    ],
    [
      'an entry that was changed with its hash',
      () => sql`
        update audit.entry set body = replace(body, 'Rosa', 'Ruth'),
          hash = 'sha256:' || encode(sha256(convert_to(replace(body, 'Rosa', 'Ruth'), 'UTF8')), 'hex') ${at(6)}`,
      'the entry 7 does not follow the entry 6',
    ],
    ['a removed entry', () => sql`delete from audit.entry ${at(6)}`, 'the entry 6 is missing'],
    ['a removed first entry', () => sql`delete from audit.entry ${at(4)}`, 'the entry 4 is missing'],
    ['a removed last entry', () => sql`delete from audit.entry ${at(9)}`, 'the entry 9 is missing'],
    [
      'another entry before the part',
      () => sql`update audit.entry set hash = ${`sha256:${'1'.repeat(64)}`} ${at(3)}`,
      'the entry 4 does not follow the entry 3',
    ],
    [
      'another end of the chain',
      () => sql`update audit.head set hash = ${`sha256:${'1'.repeat(64)}`} where tenant_id = ${tenantId}`,
      'the end of the chain is not the hash of its last entry',
    ],
    [
      'an entry with the number of another',
      () => sql`
        update audit.entry e set body = o.body, hash = o.hash
        from audit.entry o where e.tenant_id = ${tenantId} and e.sequence = 6
          and o.tenant_id = e.tenant_id and o.sequence = 5`,
      'the entry 5 stands where the entry 6 should be',
    ],
  ])('%s in the stored trail is told, and nothing is signed', async (_, breach, sentence) => {
    await happen(9);
    const signed = attestor.state.entries;
    await breakIn(breach());
    await expect(exportPart(4, 9)).rejects.toThrow(code('AUDIT_BROKEN', sentence));
    expect(await listed()).toEqual([]);
    expect(attestor.state.entries).toBe(signed);
  });

  test('a package is never made of other entries than were signed', async () => {
    await happen(9);
    const { body } = await exportPart(4, 9);
    await breakIn(sql`update audit.entry set body = replace(body, 'Rosa', 'Ruth') ${at(6)}`);
    await expect(packageOf(body.id)).rejects.toThrow();
  });

  test('an attestor that is away or signs something else leaves no export; a lost signature is said', async () => {
    await happen(3);
    attestor.state.isAway = true;
    await expect(exportPart()).rejects.toThrow();
    Object.assign(attestor.state, { isAway: false, isLying: true });
    const lied = client({ name: 'deny' }).exportAudit({ body: { last: 3 } });
    await expect(lied).rejects.toThrow(code('ATTESTATION_MISMATCH'));
    expect(await listed()).toEqual([]);
    attestor.state.isLying = false;
    const { body } = await exportPart(1, 3);
    await rig.host.objects.tenant(tenantId, 'evidence').delete(body.bundleDigest as `sha256:${string}`);
    await expect(packageOf(body.id)).rejects.toThrow(code('EVIDENCE_LOST'));
  });
});
