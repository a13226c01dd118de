import { sql } from 'kysely';
import { test } from 'vitest';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { digestOf } from '@stella-ops/engine-kernel';
import { trimEvents } from '@stella-ops/platform/events';
import { systemClock, systemIds } from '@stella-ops/platform/runtime';
import type { AnyService } from '@stella-ops/platform/service';
import { service as concelier } from '@stella-ops/service-concelier';
import { service as excititor } from '@stella-ops/service-excititor';
import { service } from '@stella-ops/service-policy';
import { service as scanner } from '@stella-ops/service-scanner';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { ALICE, BOB, chunk, CVE, HOUR_MS } from './policy-kit.ts';
import { advisory, inventoryOf, notAffected, packOf, policyWorld } from './policy-world.ts';

const inAnHour = (): string => new Date(Date.parse(systemClock.now()) + HOUR_MS).toISOString();

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
