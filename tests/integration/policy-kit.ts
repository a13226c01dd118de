import { sql } from 'kysely';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Scope } from '@stella-ops/contracts';
import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import type { Digest } from '@stella-ops/engine-kernel';
import type { Database } from '@stella-ops/platform/database';
import { systemClock, systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-policy';
import { type Engine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { advisory, inventoryOf, packOf, policyWorld } from './policy-world.ts';

export const CVE = 'CVE-2026-90001';
export const ALICE = { id: '0193eeee-0000-7000-8000-00000000a11c', name: 'alice' };
export const BOB = { id: '0193eeee-0000-7000-8000-000000000b0b', name: 'bob' };
export const HOUR_MS = 3_600_000;
export const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

export async function* chunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** The policy service on one engine, its neighbours stood in for. Call it in a suite: it opens before and closes after. */
export function policyKit(engine: Engine) {
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

  return {
    world,
    as,
    publish,
    decisionsOf,
    newest,
    eventsOf,
    inHours,
    /** Moves the service's clock, for every test of the suite. */
    advance: (byMs: number) => (aheadMs += byMs),
    /** A tenant with a pack, a vulnerable image, and the decision that blocks it. */
    blocked: async (): Promise<{ tenantId: string; image: Digest; decision: Decision }> => {
      const tenantId = systemIds.uuid();
      await publish(tenantId, packOf('1'));
      await world.advise(tenantId, [advisory(CVE, 'frobnicate', '1.2.0')]);
      const image = await world.scan(tenantId, inventoryOf('cart', { frobnicate: '1.0.0' }));
      return { tenantId, image, decision: await newest(tenantId, image, ({ outcome }) => outcome === 'deny') };
    },
    ask: async (tenantId: string, hours = 24, more: object = {}) => {
      const { body } = await as(tenantId).requestException({
        body: { vulnerability: CVE, reason: 'an upgrade is under way', expiresAt: inHours(hours), ...more },
      });
      return body;
    },
    approve: (tenantId: string, exceptionId: string, who = BOB) =>
      as(tenantId, who).approveException({ params: { exceptionId }, body: { reason: 'until the upgrade' } }),
    /** Files of the tenant's objects. */
    listed: async (tenantId: string, area: 'decisions' | 'policies' | 'inventories' | 'advisory-snapshots') => {
      const paths: string[] = [];
      for await (const { digest } of rig.host.objects.tenant(tenantId, area).list()) {
        paths.push((await rig.host.objects.localFile(tenantId, area, digest)) ?? '');
      }
      return paths;
    },
    get database() {
      return database;
    },
    get rig() {
      return rig;
    },
  };
}
