import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { EVIDENCE_EVENTS, EVIDENCE_ROUTES, type EvidencePacket } from '@stella-ops/contracts/evidence';
import type { Promotion, Release } from '@stella-ops/contracts/releases';
import { sampleComponent, sampleGate, samplePromotion, sampleRelease } from '@stella-ops/contracts/testing';
import { replayCapsule, verifyCapsule } from '@stella-ops/engine-capsule';
import { PREDICATE_TYPES, readStatement, verifyBundle } from '@stella-ops/engine-envelope';
import { canonicalBytes, type Digest, digestOf, hexOf } from '@stella-ops/engine-kernel';
import { checkTenancy, dumpSchema } from '@stella-ops/platform/database';
import { currentPosition, readEvents } from '@stella-ops/platform/events';
import { systemClock, systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-evidence';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { decideWith, IMAGE, policyOf } from '../../engine/capsule/src/testing/scenario.ts';
import { attestorStandIn, policyStandIn, releasesStandIn } from './evidence-stand-ins.ts';

const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

describeEachEngine('evidence', (engine) => {
  const attestor = attestorStandIn();
  const policy = policyStandIn();
  const releases = releasesStandIn();
  let rig: ServiceRig;
  let tenantId: string;

  beforeAll(async () => {
    rig = await openServiceRig({
      services: [attestor.service, policy.service, releases.service, service],
      database: await engine.database(),
    });
    return () => rig.close();
  });
  beforeEach(() => {
    tenantId = systemIds.uuid();
    Object.assign(attestor.state, { isAway: false, isLying: false });
  });

  const client = (who = tenantId) => rig.as(EVIDENCE_ROUTES, { tenantId: who });
  const packets = async (query: Record<string, unknown> = {}): Promise<EvidencePacket[]> =>
    (await client().listPackets({ query })).body.items;
  const bytesOf = async (content: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const bundleOf = async ({ id }: EvidencePacket): Promise<Buffer> =>
    bytesOf((await client().getBundle({ params: { packetId: id } })).body.content);
  const capsuleOf = async ({ capsuleDigest }: EvidencePacket): Promise<Buffer> =>
    bytesOf((await client().getCapsule({ params: { capsuleDigest: capsuleDigest ?? '' } })).body.content);
  const sealed = (what: string, query: Record<string, unknown>, count = 1): Promise<EvidencePacket[]> =>
    rig.eventually(what, async () => {
      const found = await packets(query);
      return found.length >= count && found;
    });
  const newDecision = (threshold = 7, environment = `env-${systemIds.uuid()}`) =>
    decideWith({ policyBytes: policyOf(threshold), environment });
  const auditOf = async (action: string): Promise<readonly { outcome: string; target_id: string }[]> => {
    const { rows } = await rig.host.database.withTenant(tenantId, (tx) =>
      sql<{ outcome: string; target_id: string }>`
        select outcome, target_id from audit.entry where action = ${action} order by sequence`.execute(tx),
    );
    return rows;
  };
  /** Changes a stored object behind the back of the store. */
  const spoil = (area: string, digest: string): void => {
    const hex = hexOf(digest as Digest);
    const files = readdirSync(tmpdir())
      .filter((name) => name.startsWith('stella-rig-'))
      .map((name) => join(tmpdir(), name, 'objects', 'tenants', tenantId, area, 'sha256', hex.slice(0, 2), hex))
      .filter(existsSync);
    expect(files).toHaveLength(1);
    writeFileSync(files[0] ?? '', 'something else');
  };

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const { database } = rig.host;
    const file = join(import.meta.dirname, '..', '..', 'services', 'evidence', 'schema.sql');
    await expect(await dumpSchema(database, 'evidence')).toMatchFileSnapshot(file);
    expect(await checkTenancy(database, 'evidence')).toEqual([]);
  });

  test('a decision of a promotion is sealed by itself, into a capsule that a stranger can verify and replay', async () => {
    const before = await currentPosition(rig.host.database, tenantId);
    const decision = newDecision();
    await policy.announce(rig.host, tenantId, await policy.store(rig.host, tenantId, decision));
    const [packet] = await sealed('the packet', { kind: 'decision' });
    if (packet === undefined) throw new Error('no packet');
    const capsule = await capsuleOf(packet);

    expect(await verifyCapsule(capsule, { trust: attestor.trust })).toMatchObject({
      status: 'verified',
      decision: decision.inputDigest,
      outcome: 'deny',
    });
    expect(await replayCapsule(capsule, { trust: attestor.trust })).toMatchObject({ status: 'identical' });
    const bundle = await bundleOf(packet);
    const verified = verifyBundle(bundle, { trust: attestor.trust, log: 'required', strict: true });
    expect(verified.ok).toBe(true);
    expect(packet).toMatchObject({
      kind: 'decision',
      subjectId: decision.inputDigest,
      imageDigests: [IMAGE],
      title: `Verdict deny on registry.test/shop/cart:1 for ${decision.input.environment} by policy test 1`,
      predicateType: PREDICATE_TYPES.verdict,
      bundleDigest: digestOf(bundle),
      capsuleDigest: digestOf(capsule),
      capsuleSizeBytes: capsule.length,
    });
    expect(packet.statementDigest).toBe(digestOf(payloadOf(bundle)));

    const page = await rig.eventually('the event', async () => {
      const read = await readEvents(rig.host.database, tenantId, before, 100);
      const found = read.kind === 'events' ? read.events : [];
      return found.find(({ type }) => type === EVIDENCE_EVENTS.packetSealed.type);
    });
    expect(page.data).toEqual({
      packetId: packet.id,
      kind: 'decision',
      subjectId: decision.inputDigest,
      capsuleDigest: packet.capsuleDigest,
      bundleDigest: packet.bundleDigest,
      endedAt: null,
    });
    expect(await auditOf('evidence.seal-decision')).toEqual([{ outcome: 'done', target_id: packet.id }]);
  });

  test('decisions that no promotion asked for are not sealed by themselves', async () => {
    for (const purpose of ['continuous', 'request', 'promotion'] as const) {
      await policy.announce(rig.host, tenantId, await policy.store(rig.host, tenantId, newDecision(), { purpose }));
    }
    await sealed('the packet of the promotion', {});
    expect(await packets()).toHaveLength(1);
  });

  test('a decision that somebody asks to be sealed is sealed at once, and only once', async () => {
    const row = await policy.store(rig.host, tenantId, newDecision(), { purpose: 'request' });
    const body = { decisionId: row.id };
    const answers = await Promise.all(Array.from({ length: 4 }, () => client().sealDecision({ body })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect((await client().sealDecision({ body })).status).toBe(200);
    await policy.announce(rig.host, tenantId, { ...row, purpose: 'promotion' });
    const second = await policy.store(rig.host, tenantId, newDecision());
    await policy.announce(rig.host, tenantId, second);
    await sealed('what came after', { subjectId: second.id });
    expect(await packets({ subjectId: row.id })).toEqual([answers[0]?.body]);
  });

  test('a document that was changed or lost is never sealed, and the refusal says so, is logged and counted', async () => {
    const changed = newDecision();
    const lost = newDecision();
    const rows = [
      await policy.store(rig.host, tenantId, changed),
      await policy.store(rig.host, tenantId, lost),
    ] as const;
    spoil('decisions', changed.input.exceptions);
    await expect(client().sealDecision({ body: { decisionId: rows[0].id } })).rejects.toThrow(
      code('DECISION_UNSEALABLE'),
    );
    await rig.host.objects.tenant(tenantId, 'decisions').delete(lost.input.policy);
    const entries = attestor.state.entries;
    await expect(client().sealDecision({ body: { decisionId: rows[1].id } })).rejects.toThrow(
      code('DECISION_UNSEALABLE'),
    );
    await policy.announce(rig.host, tenantId, rows[1]);
    await rig.eventually('the refusal of the job', async () => {
      const lines = rig.log.filter((line) => line.includes('A decision was not sealed') && line.includes(rows[1].id));
      return lines.length >= 2;
    });
    expect(attestor.state.entries).toBe(entries);
    expect(await packets()).toEqual([]);
    const metrics = await rig.host.renderMetrics();
    expect(metrics).toMatch(/evidence_seals_refused_total\{code="DECISION_BLOB_MISSING"\} \d/);
    expect(metrics).toMatch(/evidence_seals_refused_total\{code="BLOB_CORRUPT"\} \d/);
  });

  test.each([
    ['verdict', { verdictDigest: digestOf('another verdict') }, 'the verdict comes out as'],
    ['findings', { findingsDigest: digestOf('other findings') }, 'the findings come out as'],
    ['image', { imageDigest: digestOf('another image') }, 'the evidence is of another image'],
  ])('a row that names another %s than the documents lead to is not sealed', async (_, lie, sentence) => {
    const row = await policy.store(rig.host, tenantId, newDecision(), lie);
    const entries = attestor.state.entries;
    await expect(client().sealDecision({ body: { decisionId: row.id } })).rejects.toThrow(sentence);
    expect(attestor.state.entries).toBe(entries);
  });

  test('a bundle over another statement than was asked for is not taken', async () => {
    const row = await policy.store(rig.host, tenantId, newDecision());
    attestor.state.isLying = true;
    await expect(client().sealDecision({ body: { decisionId: row.id } })).rejects.toThrow(code('ATTESTATION_MISMATCH'));
    expect(await packets()).toEqual([]);
  });

  test('what could not be signed is sealed when the attestor is back', async () => {
    const row = await policy.store(rig.host, tenantId, newDecision());
    const failures = () => rig.log.filter((line) => line.includes('A job failed')).length;
    const before = failures();
    attestor.state.isAway = true;
    await policy.announce(rig.host, tenantId, row);
    await rig.eventually('a failed attempt', async () => failures() > before);
    expect(await packets()).toEqual([]);
    attestor.state.isAway = false;
    expect(await sealed('the packet', { subjectId: row.id })).toHaveLength(1);
  });

  test('the end of a promotion is sealed: who asked, who decided, by which gates, for which images', async () => {
    const { promotion, release } = newPromotion('rejected');
    releases.store(tenantId, promotion, release);
    await releases.announce(rig.host, tenantId, promotion, { from: null, to: 'pending_gate' });
    await releases.announce(rig.host, tenantId, promotion, { from: 'pending_gate', to: 'pending_gate' });
    await releases.announce(rig.host, tenantId, promotion, { from: 'pending_approval', to: 'rejected' });
    const [packet] = await sealed('the packet', { kind: 'promotion' });
    if (packet === undefined) throw new Error('no packet');
    expect(packet).toMatchObject({
      subjectId: promotion.id,
      title: 'Release shop 1.2.0 was rejected for prod',
      predicateType: 'stella.ops/promotion@v1',
      imageDigests: [IMAGE, INDEX].sort(),
      capsuleDigest: null,
      capsuleSizeBytes: null,
    });
    const bundle = await bundleOf(packet);
    expect(verifyBundle(bundle, { trust: attestor.trust, log: 'required', strict: true }).ok).toBe(true);
    const statement = readStatement(payloadOf(bundle));
    expect(statement.ok && statement.value.subjects).toEqual([
      { name: 'cart', digest: { sha256: hexOf(INDEX) } },
      { name: 'cart', digest: { sha256: hexOf(IMAGE) } },
    ]);
    expect(statement.ok && statement.value.predicate).toMatchObject({
      promotion: promotion.id,
      release: { digest: release.digest, mode: 'verified' },
      environment: 'prod',
      state: 'rejected',
      previousState: 'pending_approval',
      gates: [{ name: 'policy', state: 'passed', evidence: [{ kind: 'decision', id: IMAGE }] }],
      approvals: [{ person: { name: 'grace' }, verdict: 'rejected', policyDigest: INDEX }],
      requestedBy: { name: 'ada' },
    });
    expect(await packets()).toHaveLength(1);
  });

  test('a promotion that ends twice has evidence of both ends, and an end told twice has one', async () => {
    const { promotion, release } = newPromotion('rolled_back');
    releases.store(tenantId, promotion, release);
    for (const to of ['approved', 'approved', 'deploying', 'deployed', 'rolled_back'] as const) {
      await releases.announce(rig.host, tenantId, promotion, { from: null, to });
    }
    const found = await sealed('all packets', { subjectId: promotion.id }, 3);
    expect(found.map(({ title }) => title).sort()).toEqual([
      'Release shop 1.2.0 was approved for prod',
      'Release shop 1.2.0 was deployed to prod',
      'Release shop 1.2.0 was rolled back in prod',
    ]);
  });

  test('another tenant finds nothing', async () => {
    const row = await policy.store(rig.host, tenantId, newDecision());
    const { body: packet } = await client().sealDecision({ body: { decisionId: row.id } });
    const other = client(systemIds.uuid());
    const params = { packetId: packet.id };
    await expect(other.getPacket({ params })).rejects.toThrow(code('NOT_FOUND'));
    await expect(other.getBundle({ params })).rejects.toThrow(code('NOT_FOUND'));
    const capsule = { capsuleDigest: packet.capsuleDigest ?? '' };
    await expect(other.getCapsule({ params: capsule })).rejects.toThrow(code('NOT_FOUND'));
    await expect(other.sealDecision({ body: { decisionId: row.id } })).rejects.toThrow(code('DECISION_UNKNOWN'));
    expect((await other.listPackets({ query: {} })).body.items).toEqual([]);
    expect((await other.listPackets({ query: { imageDigest: IMAGE } })).body.items).toEqual([]);
  });

  test('every look at evidence stands in the audit trail', async () => {
    const row = await policy.store(rig.host, tenantId, newDecision());
    const { body: packet } = await client().sealDecision({ body: { decisionId: row.id } });
    await client().listPackets({ query: {} });
    await client().getPacket({ params: { packetId: packet.id } });
    await bundleOf(packet);
    await capsuleOf(packet);
    expect(await auditOf('evidence.packets.list')).toMatchObject([{ outcome: 'read' }]);
    expect(await auditOf('evidence.packets.get')).toEqual([{ outcome: 'read', target_id: packet.id }]);
    expect(await auditOf('evidence.packets.bundle')).toEqual([{ outcome: 'read', target_id: packet.id }]);
    expect(await auditOf('evidence.capsules.get')).toEqual([{ outcome: 'read', target_id: packet.capsuleDigest }]);
    expect(await auditOf('evidence.capsules.create')).toEqual([{ outcome: 'done', target_id: packet.id }]);
  });

  test('lists are newest first, page by page, and narrowed by kind, image and subject', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const row = await policy.store(rig.host, tenantId, newDecision());
      ids.unshift((await client().sealDecision({ body: { decisionId: row.id } })).body.id);
    }
    const { promotion, release } = newPromotion('approved', digestOf('the second image'));
    releases.store(tenantId, promotion, release);
    await releases.announce(rig.host, tenantId, promotion, { from: 'pending_approval', to: 'approved' });
    const [last] = await sealed('the packet of the promotion', { kind: 'promotion' });
    ids.unshift(last?.id ?? '');

    const first = (await client().listPackets({ query: { limit: 3 } })).body;
    const second = (await client().listPackets({ query: { limit: 3, cursor: first.next ?? '' } })).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.next).toBeNull();
    expect((await packets({ kind: 'decision' })).map(({ id }) => id)).toEqual(ids.slice(1));
    expect((await packets({ imageDigest: IMAGE })).map(({ id }) => id)).toEqual(ids.slice(1));
    expect((await packets({ imageDigest: digestOf('the second image') })).map(({ id }) => id)).toEqual(ids.slice(0, 1));
    expect((await packets({ subjectId: promotion.id })).map(({ id }) => id)).toEqual(ids.slice(0, 1));
    expect(await packets({ imageDigest: digestOf('unknown') })).toEqual([]);
  });

  test('an object that is gone or changed is an error, never an empty or a wrong answer', async () => {
    const row = await policy.store(rig.host, tenantId, newDecision());
    const { body: packet } = await client().sealDecision({ body: { decisionId: row.id } });
    spoil('capsules', packet.capsuleDigest ?? '');
    await expect(capsuleOf(packet)).rejects.toThrow();
    await expect(capsuleOf(packet)).rejects.toThrow(code('EVIDENCE_LOST'));
    await rig.host.objects.tenant(tenantId, 'evidence').delete(packet.bundleDigest as Digest);
    await expect(bundleOf(packet)).rejects.toThrow(code('EVIDENCE_LOST'));
  });

  test.each([
    'update evidence.packet set title = $$',
    'delete from evidence.packet_image --$$',
    'truncate evidence.packet --$$',
  ])('packets cannot be changed: %s', async (statement) => {
    const text = statement.replaceAll('$$', "''");
    await expect(rig.host.database.withTenant(tenantId, (tx) => sql.raw(text).execute(tx))).rejects.toThrow(
      'permission denied',
    );
  });

  test('after events were lost, what they told of is found and sealed', async () => {
    const known = await policy.store(rig.host, tenantId, newDecision());
    await client().sealDecision({ body: { decisionId: known.id } });
    const missed = await policy.store(rig.host, tenantId, newDecision());
    const other = await policy.store(rig.host, tenantId, newDecision(), { purpose: 'continuous' });
    const { promotion, release } = newPromotion('cancelled');
    releases.store(tenantId, promotion, release);
    const { host } = rig;
    const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const running = await service.start({
      host,
      config: { maxDocumentBytes: 1024 ** 2, concurrency: 1, maxAuditEntries: 100 },
      logger: {
        ...quiet,
        child: () => ({
          ...quiet,
          child: () => {
            throw new Error('unused');
          },
        }),
      },
      clock: systemClock,
      ids: systemIds,
      randomness: systemRandomness,
    });
    await running.consumers?.[0]?.reset();
    await sealed('both', {}, 3);
    const subjects = (await packets()).map(({ subjectId }) => subjectId).sort();
    expect(subjects).toEqual([known.id, missed.id, promotion.id].sort());
    expect(subjects).not.toContain(other.id);
  });
});

const INDEX = digestOf('an index');

function payloadOf(bundle: Buffer): Buffer {
  const { dsseEnvelope } = JSON.parse(bundle.toString()) as { dsseEnvelope: { payload: string } };
  return Buffer.from(dsseEnvelope.payload, 'base64');
}

function newPromotion(state: Promotion['state'], image: Digest = IMAGE): { promotion: Promotion; release: Release } {
  const platforms = [{ platform: null, manifestDigest: image, configDigest: null }];
  const release = sampleRelease({
    id: systemIds.uuid(),
    components: [sampleComponent({ indexDigest: INDEX, platforms })],
    digest: digestOf(canonicalBytes(['release', image])),
  });
  const promotion = samplePromotion({
    id: systemIds.uuid(),
    releaseId: release.id,
    environmentId: systemIds.uuid(),
    state,
    reason: 'it is time',
    gates: [sampleGate({ imageDigest: image, evidence: [{ kind: 'decision', id: image }] })],
    approvals: [
      {
        person: { id: systemIds.uuid(), name: 'grace' },
        verdict: 'rejected',
        reason: 'not on a Friday',
        releaseDigest: release.digest,
        policyDigest: INDEX,
        isValid: true,
        voided: null,
        decidedAt: '2026-06-01T12:00:00.000Z',
      },
    ],
    version: 4,
    decidedAt: '2026-06-01T12:00:00.000Z',
  });
  return { promotion, release };
}
