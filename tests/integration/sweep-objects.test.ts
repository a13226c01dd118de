import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_ROUTES, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import { createLogger, loadConfig, systemClock, systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import type { AnyService } from '@stella-ops/platform/service';
import { service as evidence } from '@stella-ops/service-evidence';
import { service as releases } from '@stella-ops/service-releases';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { decideWith, policyOf } from '../../engine/capsule/src/testing/scenario.ts';
import { attestorStandIn, policyStandIn, releasesStandIn } from './evidence-stand-ins.ts';
import { imageOf, Neighbours } from './releases-neighbours.ts';
import { makeRequest } from './scripted-agent.ts';

const DAY_MS = 86_400_000;
const LATER_MS = DAY_MS + 3_600_000;

/** Runs a sweep of a service as it is some time after now. */
async function sweep(rig: ServiceRig, service: AnyService, tenantId: string, afterMs: number): Promise<void> {
  const section = loadConfig({ [service.id]: service.config }, { files: [], env: {}, flags: {}, readFile: () => '' });
  const running = await service.start({
    host: rig.host,
    config: section[service.id] as never,
    clock: { ...systemClock, now: () => new Date(Date.parse(systemClock.now()) + afterMs).toISOString() },
    ids: systemIds,
    randomness: systemRandomness,
    logger: createLogger({
      level: 'silent',
      release: 'test',
      secrets: new Set(),
      destination: { write: () => undefined },
      now: () => systemClock.now(),
    }),
  });
  const job = running.jobs?.find(({ name }) => name === `${service.id}.sweep-objects`);
  if (job === undefined) throw new Error(`${service.id} sweeps nothing`);
  const context = { tenantId, jobId: systemIds.uuid(), attempt: 1, signal: new AbortController().signal };
  await job.runStored({ day: '2026-01-01' }, context);
  await running.stop();
}

async function auditOf(rig: ServiceRig, tenantId: string, action: string): Promise<readonly unknown[]> {
  const { rows } = await rig.host.database.withTenant(tenantId, (tx) =>
    sql<{ body: string }>`select body from audit.entry where action = ${action} order by sequence`.execute(tx),
  );
  return rows.map(({ body }) => (JSON.parse(body) as { details: unknown }).details);
}

async function sweepsWaiting(rig: ServiceRig, name: string, tenantId: string): Promise<number> {
  const { rows } = await rig.host.database.withOwner((tx) =>
    sql<{ n: number }>`
      select count(*)::int4 as n from jobs.job
      where name = ${name} and data ->> 'tenantId' = ${tenantId} and start_after > now() + interval '1 day'`.execute(
      tx,
    ),
  );
  return rows[0]?.n ?? 0;
}

/** @returns how many days there may have been since: two around midnight, else one */
function daysFromNow(): () => readonly number[] {
  const day = () => systemClock.now().slice(0, 10);
  const began = day();
  return () => (day() === began ? [1] : [1, 2]);
}

describeEachEngine('objects that no row names', (engine) => {
  const attestor = attestorStandIn();
  const policy = policyStandIn();
  let rig: ServiceRig;
  let tenantId: string;

  beforeAll(async () => {
    rig = await openServiceRig({
      services: [attestor.service, policy.service, releasesStandIn().service, evidence],
      database: await engine.database(),
    });
    return () => rig.close();
  });
  beforeEach(() => {
    tenantId = systemIds.uuid();
  });

  const capsules = (who = tenantId) => rig.host.objects.tenant(who, 'capsules');
  const seal = async () => {
    const decision = decideWith({ policyBytes: policyOf(7), environment: `env-${systemIds.uuid()}` });
    const { id: decisionId } = await policy.store(rig.host, tenantId, decision);
    return (await rig.as(EVIDENCE_ROUTES, { tenantId }).sealDecision({ body: { decisionId } })).body;
  };
  const orphan = async (who = tenantId) => (await capsules(who).put(Buffer.from(systemIds.uuid()))).digest;

  test('a capsule is removed a day after it was put, unless a packet names it; other tenants keep theirs', async () => {
    const { capsuleDigest, bundleDigest } = await seal();
    const dead = await orphan();
    const stranger = systemIds.uuid();
    const theirs = await orphan(stranger);
    await sweep(rig, evidence, tenantId, DAY_MS - 3_600_000);
    expect(await capsules().has(dead)).toBe(true);
    expect(await auditOf(rig, tenantId, 'evidence.sweep-objects')).toEqual([]);
    await sweep(rig, evidence, tenantId, LATER_MS);
    expect(await capsules().has(dead)).toBe(false);
    expect(await capsules().has(capsuleDigest as Digest)).toBe(true);
    expect(await capsules(stranger).has(theirs)).toBe(true);
    // Receipts lie beside bundles, and another service names them.
    expect(await rig.host.objects.tenant(tenantId, 'evidence').has(bundleDigest as Digest)).toBe(true);
    expect(await auditOf(rig, tenantId, 'evidence.sweep-objects')).toEqual([{ removed: 1, removedBytes: 36 }]);
  });

  test('sealing has its day swept once that is old enough, once', async () => {
    const days = daysFromNow();
    await seal();
    await seal();
    expect(days()).toContain(await sweepsWaiting(rig, 'evidence.sweep-objects', tenantId));
  });
});

describeEachEngine('templates and plans that no row names', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'stella-sweep-'));
  let neighbours: Neighbours;
  let rig: ServiceRig;

  beforeAll(async () => {
    const database = await engine.database();
    neighbours = new Neighbours(database);
    rig = await openServiceRig({
      services: [...neighbours.services(), releases],
      database,
      config: { releases: { secretsDir: folder } },
    });
    return async () => {
      await rig.close();
      rmSync(folder, { recursive: true });
    };
  });

  test('a replaced template is removed unless a deployment was made from it; plans of deployments stay', async () => {
    const days = daysFromNow();
    const tenantId = systemIds.uuid();
    const who = { tenantId, id: 'ada-id', name: 'ada' };
    const ada = rig.as(RELEASES_ROUTES, who);
    const ops = rig.as(DEPLOYMENTS_ROUTES, who);
    await ada.createComponent({ body: { name: 'web', repository: 'registry.example/shop/web' } });
    const { body: environment } = await ada.createEnvironment({ body: { name: 'prod', order: 1 } });
    const params = { environmentId: environment.id };
    const template = async (port: number): Promise<Digest> => {
      const text = `services:\n  web:\n    image: component:web\n    ports: ["${port}:80"]\n`;
      const body = { contentType: 'application/yaml', content: chunk(text) };
      return (await ops.setTemplate({ params, query: {}, body })).body.digest as Digest;
    };
    const used = await template(8080);
    const image = digestOf(`image of ${tenantId}`);
    neighbours.of(tenantId).images.set(image, imageOf(image));
    const components = [{ component: 'web', image }];
    const { body: release } = await ada.createRelease({ body: { name: 'shop', version: '1.0.0', components } });
    const { token } = (await ops.createEnrolment({ body: { name: 'host-1' } })).body;
    const { csr } = await makeRequest();
    await rig.as(AGENT_ROUTES).enrol({ body: { token, csr, softwareVersion: '1.0.0', platform: 'linux/amd64' } });
    await ops.createTarget({ body: { name: 'web-1', environment: 'prod', kind: 'docker', agent: 'host-1' } });
    await ada.requestPromotion({ body: { releaseId: release.id, environment: 'prod' } });
    const { id: deploymentId } = await rig.eventually('the deployment', async () => {
      const { body } = await ops.listDeployments({ query: {} });
      return body.items[0];
    });
    const { body: deployment } = await ops.getDeployment({ params: { deploymentId } });
    const replaced = await template(8081);
    const present = await template(8082);
    const plans = rig.host.objects.tenant(tenantId, 'plans');
    const kept = [used, present, deployment.planDigest, ...deployment.tasks.map(({ planDigest }) => planDigest)];

    await sweep(rig, releases, tenantId, LATER_MS);
    for (const digest of kept) expect(await plans.has(digest as Digest), digest).toBe(true);
    expect(await plans.has(replaced)).toBe(false);
    expect(await auditOf(rig, tenantId, 'releases.sweep-objects')).toMatchObject([{ removed: 1 }]);
    expect(days()).toContain(await sweepsWaiting(rig, 'releases.sweep-objects', tenantId));
  });
});

async function* chunk(text: string): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(Buffer.from(text));
}
