import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Deployment, DeploymentTask } from '@stella-ops/contracts/deployments';
import { EVIDENCE_ROUTES, type EvidencePacket } from '@stella-ops/contracts/evidence';
import type { Promotion, Release } from '@stella-ops/contracts/releases';
import {
  sampleComponent,
  sampleDeployment,
  sampleGate,
  samplePromotion,
  sampleRelease,
  sampleTask,
} from '@stella-ops/contracts/testing';
import { PREDICATE_TYPES, readStatement, verifyBundle } from '@stella-ops/engine-envelope';
import { canonicalBytes, digestOf, hexOf } from '@stella-ops/engine-kernel';
import { systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-evidence';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { attestorStandIn, policyStandIn, releasesStandIn } from './evidence-stand-ins.ts';

const IMAGE = digestOf('an image');
const CONFIG = digestOf('its config');
const ENDED = '2026-06-01T12:00:00.000Z';
const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

describeEachEngine('evidence of deployments', (engine) => {
  const attestor = attestorStandIn();
  const releases = releasesStandIn();
  let rig: ServiceRig;
  let tenantId: string;

  beforeAll(async () => {
    rig = await openServiceRig({
      services: [attestor.service, policyStandIn().service, releases.service, service],
      database: await engine.database(),
    });
    return () => rig.close();
  });
  beforeEach(() => {
    tenantId = systemIds.uuid();
    Object.assign(attestor.state, { isAway: false, isLying: false });
  });

  const client = (who = tenantId) => rig.as(EVIDENCE_ROUTES, { tenantId: who });
  const packets = async (query: Record<string, unknown> = {}, who = tenantId): Promise<EvidencePacket[]> =>
    (await client(who).listPackets({ query: { kind: 'deployment', ...query } })).body.items;
  const bundleOf = async ({ id }: EvidencePacket): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    const { body } = await client().getBundle({ params: { packetId: id } });
    for await (const chunk of body.content) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  /** Statement of a packet, after its bundle was verified as a stranger does. */
  const statementOf = async (packet: EvidencePacket) => {
    const bundle = await bundleOf(packet);
    expect(verifyBundle(bundle, { trust: attestor.trust, log: 'required', strict: true }).ok).toBe(true);
    expect(digestOf(bundle)).toBe(packet.bundleDigest);
    const { dsseEnvelope } = JSON.parse(bundle.toString()) as { dsseEnvelope: { payload: string } };
    const statement = readStatement(Buffer.from(dsseEnvelope.payload, 'base64'));
    if (!statement.ok) throw new Error('the statement cannot be read');
    return statement.value;
  };
  const receipt = async (what: object): Promise<string> =>
    (await rig.host.objects.tenant(tenantId, 'evidence').put(canonicalBytes({ ...what }))).digest;
  /** A deployment that has ended, known to the service that is asked. */
  const ended = (more: Partial<Deployment> = {}, promotions: readonly Promotion[] = [newPromotion()]): Deployment => {
    const { deployment, release } = newDeployment(more);
    for (const one of promotions) {
      releases.store(tenantId, { ...one, releaseId: release.id }, release);
      if (deployment.promotionId === null) deployment.promotionId = one.id;
    }
    releases.storeDeployment(tenantId, deployment);
    return deployment;
  };
  const tell = (one: Deployment, from: Deployment['state'] | null, to: Deployment['state']): Promise<void> =>
    releases.announceDeployment(rig.host, tenantId, one, { from, to });
  const attempts = () => rig.log.filter((line) => line.includes('A job failed')).length;

  test('the end of a deployment is sealed with what binds it: plans, receipts, what runs, promotion and decisions', async () => {
    const services = [{ service: 'cart', imageId: CONFIG, manifestDigest: IMAGE, configDigest: CONFIG }];
    const told = await receipt({ format: 'stella.receipt/v1', services });
    const tasks = [newTask('web-1', told), newTask('web-2', told), newTask('web-3', null)];
    const promotion = newPromotion();
    const deployment = ended({ tasks }, [promotion]);
    await tell(deployment, null, 'running');
    await tell(deployment, 'running', 'running');
    await tell(deployment, 'running', 'succeeded');
    await tell(deployment, 'succeeded', 'succeeded');
    await rig.settled();

    const [packet, ...more] = await packets({ subjectId: deployment.id });
    if (packet === undefined) throw new Error('no packet');
    expect(more).toEqual([]);
    expect(packet).toMatchObject({
      kind: 'deployment',
      title: 'Deployment of shop 1.2.0 to prod succeeded',
      predicateType: PREDICATE_TYPES.deployment,
      imageDigests: [IMAGE],
      capsuleDigest: null,
    });
    expect(await packets({ imageDigest: IMAGE })).toEqual([packet]);
    const { subjects, predicate, predicateType } = await statementOf(packet);
    expect(predicateType).toBe(PREDICATE_TYPES.deployment);
    expect(subjects).toEqual([{ name: 'cart', digest: { sha256: hexOf(IMAGE) } }]);
    expect(predicate).toMatchObject({
      deployment: deployment.id,
      promotion: promotion.id,
      undoes: null,
      decisions: [{ component: 'cart', imageDigest: IMAGE, decision: digestOf('a decision') }],
      planDigest: deployment.planDigest,
      templateDigest: deployment.templateDigest,
      targets: [{ target: 'web-1', receiptDigest: told }, { target: 'web-2' }, { receiptDigest: null }],
      observed: [{ targets: ['web-1', 'web-2'], services }],
      finishedAt: ENDED,
    });
    const { rows } = await rig.host.database.withTenant(tenantId, (tx) =>
      sql`select outcome, target_id from audit.entry where action = 'evidence.seal-deployment'`.execute(tx),
    );
    expect(rows).toEqual([{ outcome: 'done', target_id: packet.id }]);
  });

  test('a rollback is bound to the promotion that let its release in, not to the one that it undoes', async () => {
    const undone = newPromotion();
    const letIn = newPromotion({ state: 'deployed' });
    const deployment = ended({ kind: 'rollback', state: 'rolled_back', promotionId: undone.id }, [
      newPromotion({ state: 'rejected' }),
      letIn,
    ]);
    await tell(deployment, 'rolling_back', 'rolled_back');
    await rig.settled();
    const [packet] = await packets();
    if (packet === undefined) throw new Error('no packet');
    expect(packet.title).toBe('Rollback of prod to shop 1.2.0 succeeded');
    const { predicate } = await statementOf(packet);
    expect(predicate).toMatchObject({ promotion: letIn.id, undoes: undone.id, state: 'rolled_back' });
  });

  test('an end told twice has one packet, and one that failed twice has two', async () => {
    const first = ended({ state: 'failed' });
    await tell(first, 'running', 'failed');
    await tell(first, 'running', 'failed');
    await rig.settled();
    expect(await packets()).toHaveLength(1);
    const again = { ...first, finishedAt: '2026-06-01T13:00:00.000Z' };
    releases.storeDeployment(tenantId, again);
    await tell(again, 'running', 'failed');
    await rig.settled();
    const titles = (await packets()).map(({ title }) => title);
    expect(titles).toEqual(Array.from({ length: 2 }, () => 'Deployment of shop 1.2.0 to prod failed'));
  });

  test('an end that it was resumed from is not sealed: what was reported of it is gone', async () => {
    const deployment = ended({ state: 'failed' });
    releases.storeDeployment(tenantId, { ...deployment, state: 'running', finishedAt: null });
    const { entries } = attestor.state;
    await tell(deployment, 'running', 'failed');
    await rig.settled();
    expect(await packets()).toEqual([]);
    expect(attestor.state.entries).toBe(entries);
  });

  test('what could not be signed is sealed when the attestor is back', async () => {
    const deployment = ended();
    const before = attempts();
    attestor.state.isAway = true;
    await tell(deployment, 'running', 'succeeded');
    await rig.eventually('a failed attempt', async () => attempts() > before);
    expect(await packets()).toEqual([]);
    attestor.state.isAway = false;
    await rig.eventually('the packet', async () => (await packets()).length === 1);
  });

  test('without a receipt that was named nothing is sealed until it is there again', async () => {
    const told = digestOf(canonicalBytes({ services: [] }));
    const deployment = ended({ tasks: [newTask('web-1', told)] });
    const before = attempts();
    await tell(deployment, 'running', 'succeeded');
    await rig.eventually('a failed attempt', async () => attempts() > before);
    expect(await packets()).toEqual([]);
    expect(await receipt({ services: [] })).toBe(told);
    await rig.eventually('the packet', async () => (await packets()).length === 1);
  });

  test('another tenant finds nothing', async () => {
    const deployment = ended();
    await tell(deployment, 'running', 'succeeded');
    await rig.settled();
    const [packet] = await packets();
    const other = systemIds.uuid();
    expect(await packets({}, other)).toEqual([]);
    expect(await packets({ subjectId: deployment.id }, other)).toEqual([]);
    const params = { packetId: packet?.id ?? '' };
    await expect(client(other).getPacket({ params })).rejects.toThrow(code('NOT_FOUND'));
    await expect(client(other).getBundle({ params })).rejects.toThrow(code('NOT_FOUND'));
  });
});

function newTask(target: string, receiptDigest: string | null): DeploymentTask {
  return sampleTask({
    id: systemIds.uuid(),
    targetId: systemIds.uuid(),
    target,
    state: receiptDigest === null ? 'skipped' : 'succeeded',
    planDigest: digestOf(`plan of ${target}`),
    receiptDigest,
  });
}

/** Of its own: other tests have deployments of theirs. */
function newPromotion(more: Partial<Promotion> = {}): Promotion {
  const ids = { id: systemIds.uuid(), releaseId: systemIds.uuid(), environmentId: systemIds.uuid() };
  const gates = [sampleGate({ imageDigest: IMAGE, evidence: [{ kind: 'decision', id: digestOf('a decision') }] })];
  return samplePromotion({ ...ids, state: 'deployed', gates, decidedAt: ENDED, ...more });
}

function newDeployment(more: Partial<Deployment>): { deployment: Deployment; release: Release } {
  const platforms = [{ platform: null, manifestDigest: IMAGE, configDigest: CONFIG }];
  const release = sampleRelease({ id: systemIds.uuid(), components: [sampleComponent({ platforms })] });
  const ids = { id: systemIds.uuid(), promotionId: null, releaseId: release.id, environmentId: systemIds.uuid() };
  return { deployment: sampleDeployment({ ...ids, finishedAt: ENDED, ...more }), release };
}
