import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { EVIDENCE_ROUTES, type EvidencePacket } from '@stella-ops/contracts/evidence';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { replayCapsule, verifyCapsule } from '@stella-ops/engine-capsule';
import { readTrust, type TrustMaterial, verifyBundle } from '@stella-ops/engine-envelope';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as attestor } from '@stella-ops/service-attestor';
import { service as evidence } from '@stella-ops/service-evidence';
import { service as policy } from '@stella-ops/service-policy';
import { service as signer } from '@stella-ops/service-signer';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { releasesStandIn } from './evidence-stand-ins.ts';
import { advisory, inventoryOf, notAffected, packOf, policyWorld } from './policy-world.ts';

describeEachEngine('evidence of policy, signed and logged', (engine) => {
  const world = policyWorld();
  let rig: ServiceRig;
  let tenantId: string;
  let image: string;

  beforeAll(async () => {
    const secretsDir = mkdtempSync(join(tmpdir(), 'stella-evidence-'));
    rig = await openServiceRig({
      services: [signer, attestor, ...world.services, policy, releasesStandIn().service, evidence],
      database: await engine.database(),
      config: { signer: { secretsDir }, attestor: { secretsDir } },
    });
    tenantId = systemIds.uuid();
    await rig.as(POLICY_ROUTES, { tenantId }).publishPack({
      body: { contentType: 'application/yaml', content: chunk(packOf('1')) },
    });
    await world.advise(tenantId, [
      advisory('CVE-2026-90001', 'frobnicate', '1.2.0'),
      advisory('CVE-2026-90002', 'grommet', '2.0.0'),
    ]);
    await world.state(tenantId, [notAffected('CVE-2026-90002', 'grommet')]);
    image = await world.scan(tenantId, inventoryOf('cart', { frobnicate: '1.0.0', grommet: '1.0.0' }));
    return async () => {
      await rig.close();
      rmSync(secretsDir, { recursive: true, force: true });
    };
  });

  const sealed = (decisionId: string): Promise<EvidencePacket> =>
    rig.eventually('the packet', async () => {
      const { body } = await rig.as(EVIDENCE_ROUTES, { tenantId }).listPackets({ query: { subjectId: decisionId } });
      return body.items[0];
    });
  const trustOf = async (who: string): Promise<TrustMaterial> =>
    readTrust(await bytesOf((await rig.as(ATTESTOR_ROUTES, { tenantId: who }).getTrust({})).body.content), 'trust');

  test('a decision for a promotion leaves a capsule that verifies by the served trust and replays to the byte', async () => {
    const { body: decision } = await rig.as(POLICY_ROUTES, { tenantId }).decide({
      body: { imageDigest: image, environment: 'prod', purpose: 'promotion' },
    });
    const packet = await sealed(decision.id);
    expect(packet).toMatchObject({ kind: 'decision', imageDigests: [image] });
    const client = rig.as(EVIDENCE_ROUTES, { tenantId });
    const capsule = await bytesOf(
      (await client.getCapsule({ params: { capsuleDigest: packet.capsuleDigest ?? '' } })).body.content,
    );
    const bundle = await bytesOf((await client.getBundle({ params: { packetId: packet.id } })).body.content);
    const trust = await trustOf(tenantId);

    expect(await verifyCapsule(capsule, { trust })).toMatchObject({
      status: 'verified',
      decision: decision.id,
      outcome: decision.outcome,
    });
    expect(await replayCapsule(capsule, { trust })).toMatchObject({
      status: 'identical',
      record: 'verified',
      verdictDigest: decision.verdictDigest,
    });
    const seal = verifyBundle(bundle, { trust, log: 'required', strict: true });
    expect(seal.ok).toBe(true);
    const entry = await rig
      .as(ATTESTOR_ROUTES, { tenantId })
      .getEntry({ params: { logIndex: String(packet.logIndex) } });
    expect(entry.status).toBe(200);
    const foreign = await trustOf(systemIds.uuid());
    expect((await verifyCapsule(capsule, { trust: foreign })).status).not.toBe('verified');
  });

  test('a decision that only somebody asked for is sealed when somebody asks', async () => {
    const { body: decision } = await rig.as(POLICY_ROUTES, { tenantId }).decide({ body: { imageDigest: image } });
    const client = rig.as(EVIDENCE_ROUTES, { tenantId });
    const answer = await client.sealDecision({ body: { decisionId: decision.id } });
    expect(answer).toMatchObject({ status: 201, body: { subjectId: decision.id } });
    expect((await client.sealDecision({ body: { decisionId: decision.id } })).body).toEqual(answer.body);
  });
});

async function* chunk(text: string): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve();
  yield Buffer.from(text);
}

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const part of content) chunks.push(part);
  return Buffer.concat(chunks);
}
