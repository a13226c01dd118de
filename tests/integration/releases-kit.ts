import { sql } from 'kysely';
import { beforeAll, expect } from 'vitest';
import type { Client } from '@stella-ops/contracts';
import { type Gate, type Promotion, type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Database } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-releases';
import { type Engine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { imageOf, Neighbours, type World } from './releases-neighbours.ts';

export const REPOSITORY = 'registry.example/shop/web';
export type Releases = Client<typeof RELEASES_ROUTES>;

export const gateOf = (promotion: Promotion, name: Gate['name']): Gate => {
  const gate = promotion.gates.find((one) => one.name === name);
  if (gate === undefined) throw new Error(`no gate ${name}: ${JSON.stringify(promotion.gates)}`);
  return gate;
};
export const isBlocked = (name: Gate['name']) => (promotion: Promotion) =>
  promotion.gates.some((gate) => gate.name === name && gate.state === 'blocked');
export const isWaiting = (name: Gate['name']) => (promotion: Promotion) =>
  promotion.gates.some((gate) => gate.name === name && gate.state === 'waiting');
export const approve = (client: Releases, promotionId: string) =>
  client.approvePromotion({ params: { promotionId }, body: { reason: 'looked at it' } });
export const code = (error: string): unknown => expect.objectContaining({ code: error });
export const calls = (world: World, routeId: string): number => world.asked.filter((one) => one === routeId).length;

/** A packet as evidence would answer it, but for its id and its subject. */
export const PACKET = {
  kind: 'decision' as const,
  imageDigests: [],
  title: 'A decision',
  predicateType: 'stella.ops/decision@v1',
  statementDigest: digestOf('statement'),
  bundleDigest: digestOf('bundle'),
  logIndex: 1,
  capsuleDigest: null,
  capsuleSizeBytes: null,
  sealedAt: '2026-11-20T10:00:00.000Z',
};

/** The releases service on one engine, with neighbours that say what a test makes them say. Call it in a suite: it opens before and closes after. */
export function releasesKit(engine: Engine) {
  let database: Database;
  let neighbours: Neighbours;
  let rig: ServiceRig;

  beforeAll(async () => {
    database = await engine.database();
    neighbours = new Neighbours(database);
    rig = await openServiceRig({ services: [...neighbours.services(), service], database });
    return () => rig.close();
  });

  /** A tenant of its own, with a component, a scanned image, and people. */
  async function scene() {
    const tenantId = systemIds.uuid();
    const world = neighbours.of(tenantId);
    const person = (name: string) => ({ tenantId, id: `${name}-id`, name });
    const ada = rig.as(RELEASES_ROUTES, person('ada'));
    const bob = rig.as(RELEASES_ROUTES, person('bob'));
    const eve = rig.as(RELEASES_ROUTES, person('eve'));
    await ada.createComponent({ body: { name: 'web', repository: REPOSITORY } });
    const digest = digestOf(`image of ${tenantId}`);
    world.images.set(digest, imageOf(digest));
    let versions = 0;
    const environment = async (name: string, order: number, more: object = {}) =>
      (await ada.createEnvironment({ body: { name, order, ...more } })).body;
    const release = async (image: string = digest, more: object = {}): Promise<Release> => {
      const body = { name: 'shop', version: `1.0.${versions++}`, components: [{ component: 'web', image }], ...more };
      return (await ada.createRelease({ body })).body;
    };
    const ask = async (releaseId: string, to: string): Promise<Promotion> =>
      (await ada.requestPromotion({ body: { releaseId, environment: to } })).body;
    const read = async (promotionId: string): Promise<Promotion> =>
      (await ada.getPromotion({ params: { promotionId } })).body;
    const until = (promotionId: string, what: string, holds: (promotion: Promotion) => boolean) =>
      rig.eventually(what, async () => {
        const promotion = await read(promotionId);
        return holds(promotion) && promotion;
      });
    const untilState = (promotionId: string, state: Promotion['state']) =>
      until(promotionId, `state ${state}`, (promotion) => promotion.state === state);
    return { tenantId, world, ada, bob, eve, digest, environment, release, ask, read, until, untilState };
  }

  /** Nothing that was set off is still under way for the promotion. */
  const settle = async (tenantId: string, promotionId: string) => {
    await rig.settled();
    await rig.eventually('every reason to look was followed', () =>
      database.withTenant(tenantId, async (tx) => {
        const { rows } = await sql<{ done: boolean }>`
          select wanted = evaluated as done from releases.promotion where promotion_id = ${promotionId}`.execute(tx);
        return rows[0]?.done;
      }),
    );
  };

  /** Number of the last look at the gates that has ended. */
  const looks = (tenantId: string, promotionId: string) =>
    database.withTenant(tenantId, async (tx) => {
      const { rows } = await sql<{ evaluated: number }>`
        select evaluated from releases.promotion where promotion_id = ${promotionId}`.execute(tx);
      return rows[0]?.evaluated ?? 0;
    });

  /** A promotion to `prod` that waits for one approval, unless told otherwise. */
  async function waiting(more: object = {}) {
    const one = await scene();
    await one.environment('prod', 1, { requiredApprovals: 1, ...more });
    const { id } = await one.ask((await one.release()).id, 'prod');
    await one.untilState(id, 'pending_approval');
    await settle(one.tenantId, id);
    return { ...one, id };
  }

  return {
    scene,
    waiting,
    settle,
    looks,
    get database() {
      return database;
    },
    get neighbours() {
      return neighbours;
    },
    get rig() {
      return rig;
    },
  };
}
