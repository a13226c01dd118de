import { beforeAll, expect, test } from 'vitest';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { verifyCapsule } from '@stella-ops/engine-capsule';
import { systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-evidence';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { decideWith } from '../../engine/capsule/src/testing/scenario.ts';
import { attestorStandIn, policyStandIn, releasesStandIn } from './evidence-stand-ins.ts';

describeEachEngine('evidence while a key is rotated', (engine) => {
  const attestor = attestorStandIn();
  const policy = policyStandIn();
  let rig: ServiceRig;

  beforeAll(async () => {
    rig = await openServiceRig({
      services: [attestor.service, policy.service, releasesStandIn().service, service],
      database: await engine.database(),
    });
    return () => rig.close();
  });

  test('a capsule has both its seals from one key, so that tools that take one key verify it', async () => {
    const tenantId = systemIds.uuid();
    const client = rig.as(EVIDENCE_ROUTES, { tenantId });
    const decision = decideWith({});
    await policy.store(rig.host, tenantId, decision);
    attestor.state.isRotating = true;
    const packet = (await client.sealDecision({ body: { decisionId: decision.inputDigest } })).body;
    const { body } = await client.getCapsule({ params: { capsuleDigest: packet.capsuleDigest ?? '' } });
    const parts: Uint8Array[] = [];
    for await (const part of body.content) parts.push(part);
    const { keys, logs } = attestor.trust;
    const verdicts = await Promise.all(
      keys.map((key) => verifyCapsule(Buffer.concat(parts), { trust: { keys: [key], logs } })),
    );
    expect(attestor.state.isRotating).toBe(false);
    expect(verdicts.map(({ status }) => status).toSorted()).toEqual(['unverifiable', 'verified']);
  });
});
