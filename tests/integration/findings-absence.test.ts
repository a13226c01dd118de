import { expect, test } from 'vitest';
import type { Routes } from '@stella-ops/contracts';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { digestOf } from '@stella-ops/engine-kernel';
import { currentPosition, startEvents, trimEvents } from '@stella-ops/platform/events';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import { defineConfig, defineService, systemIds } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { service as findings } from '@stella-ops/service-findings';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import * as z from 'zod';
import { announce, DAY, found, IMAGE, storeDecision } from './findings-kit.ts';

const NO_SETTINGS = defineConfig({ summary: 'A stand-in', schema: z.strictObject({}) });

/** A service that only answers. */
const standIn = (id: string, routes: Routes, answer: (host: ServiceHost) => readonly Endpoint[]) =>
  defineService<typeof NO_SETTINGS, ServiceHost>({
    id,
    config: NO_SETTINGS,
    routes,
    jobs: [],
    events: [],
    start: ({ host }) => Promise.resolve({ endpoints: answer(host), stop: () => Promise.resolve() }),
  });

describeEachEngine('findings after lost events', (engine) => {
  test('the last continuous decision on each image is fetched', async () => {
    const database = await engine.fresh();
    const tenant = systemIds.uuid();
    const scanner = standIn('scanner', { listImages: SCANNER_ROUTES.listImages }, () => [
      handle(SCANNER_ROUTES.listImages, async () => {
        const image = {
          digest: IMAGE,
          name: 'registry.test/shop/app:7',
          platform: null,
          indexDigest: null,
          configDigest: null,
          origin: 'scan' as const,
          inventoryDigest: digestOf('inventory'),
          components: 1,
          gaps: 0,
          sizeBytes: null,
          firstSeenAt: DAY(1),
          scannedAt: DAY(1),
        };
        return { status: 200, body: { items: [image], next: null } };
      }),
    ]);
    const policy = standIn('policy', { listDecisions: POLICY_ROUTES.listDecisions }, ({ objects }) => [
      handle(POLICY_ROUTES.listDecisions, async ({ query }, { caller }) => {
        const asDecision = async (day: number, purpose: Decision['purpose']): Promise<Decision> => {
          const { fact } = await storeDecision(objects, caller.tenantId, day, [found(`CVE-2026-900${day}`)]);
          return {
            ...fact,
            id: fact.decisionId,
            environment: null,
            outcome: 'deny',
            reasons: [],
            counts: {},
            policy: { name: 'default', version: '1', digest: digestOf('policy') },
            vexSnapshot: null,
            purpose,
          };
        };
        expect(query.imageDigest).toBe(IMAGE);
        const items = [
          await asDecision(4, 'promotion'),
          await asDecision(3, 'continuous'),
          await asDecision(2, 'continuous'),
        ];
        return { status: 200, body: { items, next: null } };
      }),
    ]);
    const services = [scanner, policy, findings];
    const list = async (rig: ServiceRig) =>
      (await rig.as(FINDINGS_ROUTES, { tenantId: tenant }).listFindings({ query: {} })).body.items;

    const before = await openServiceRig({ services, database });
    const first = await storeDecision(before.host.objects, tenant, 1, [found('CVE-2026-9001')]);
    await announce(database, tenant, first);
    await before.eventually('the first decision is projected', async () => (await list(before)).length === 1);
    // Its own events have their places: the next one to get a place is the one that is lost.
    await before.settled();
    await before.close();

    const relay = await startEvents({ database, consumers: [], onError: () => undefined });
    const position = await currentPosition(database, tenant);
    await announce(database, tenant, {
      ...first,
      fact: { ...first.fact, decisionId: digestOf('a lost one'), evaluatedAt: DAY(2) },
    });
    while ((await currentPosition(database, tenant)) === position) await new Promise(setImmediate);
    await relay.stop();
    await trimEvents(database, '2100-01-01T00:00:00.000Z');

    const after = await openServiceRig({ services, database });
    const items = await after.eventually('the lost decision is found', async () => {
      const all = await list(after);
      return all.length === 2 && all;
    });
    expect(items.map(({ vulnerability, status, imageName }) => ({ vulnerability, status, imageName }))).toEqual([
      { vulnerability: 'CVE-2026-9001', status: 'resolved', imageName: 'registry.test/shop/app:7' },
      { vulnerability: 'CVE-2026-9003', status: 'open', imageName: 'registry.test/shop/app:7' },
    ]);
    await after.close();
    await database.close();
  });
});
