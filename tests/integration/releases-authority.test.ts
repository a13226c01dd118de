import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Database } from '@stella-ops/platform/database';
import { service as authority } from '@stella-ops/service-authority';
import { service as releases } from '@stella-ops/service-releases';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { imageOf, Neighbours } from './releases-neighbours.ts';

const PASSWORD = 'a horse eats 7 carrots';

/** Releases beside the real Authority: the question, its answer and the event are those of the product. */
describeEachEngine('approvals and accounts', (engine) => {
  let database: Database;
  let neighbours: Neighbours;
  let rig: ServiceRig;
  let operatorTenant: string;

  beforeAll(async () => {
    const secretsDir = mkdtempSync(join(tmpdir(), 'stella-approvals-'));
    database = await engine.database();
    neighbours = new Neighbours(database);
    const others = neighbours.services().filter(({ id }) => id !== 'authority');
    rig = await openServiceRig({
      services: [authority, ...others, releases],
      database,
      config: { authority: { secretsDir }, releases: { secretsDir } },
    });
    const { rows } = await database.withRelay((tx) =>
      sql<{ id: string }>`select id from authority.tenant where is_operator`.execute(tx),
    );
    operatorTenant = rows[0]?.id ?? '';
    return async () => {
      await rig.close();
      rmSync(secretsDir, { recursive: true });
    };
  });

  let tenants = 0;
  /** A tenant in which a promotion waits for two approvals, one of which is given by a user with the role. */
  async function approvedOnce() {
    const operator = rig.as(AUTHORITY_ROUTES, { tenantId: operatorTenant });
    const administrator = { name: 'root', password: PASSWORD };
    const name = `approvals-${++tenants}`;
    const tenant = (await operator.createTenant({ body: { name, displayName: name, administrator } })).body;
    const tenantId = tenant.id;
    const admin = rig.as(AUTHORITY_ROUTES, { tenantId });
    const user = { name: 'rosa', displayName: 'Rosa', roles: ['approver'], password: PASSWORD };
    const rosa = (await admin.createUser({ body: user })).body;
    const ada = rig.as(RELEASES_ROUTES, { tenantId, id: 'ada-id', name: 'ada' });
    const image = digestOf(`image of ${tenantId}`);
    neighbours.of(tenantId).images.set(image, imageOf(image));
    await ada.createComponent({ body: { name: 'web', repository: 'registry.example/shop/web' } });
    await ada.createEnvironment({ body: { name: 'prod', order: 1, requiredApprovals: 2 } });
    const components = [{ component: 'web', image }];
    const release = (await ada.createRelease({ body: { name: 'shop', version: '1.0.0', components } })).body;
    const { id } = (await ada.requestPromotion({ body: { releaseId: release.id, environment: 'prod' } })).body;
    const params = { promotionId: id };
    const until = (what: string, holds: (promotion: Promotion) => boolean) =>
      rig.eventually(what, async () => {
        const { body } = await ada.getPromotion({ params });
        return holds(body) && body;
      });
    await until('it waits for approval', ({ state }) => state === 'pending_approval');
    const approver = rig.as(RELEASES_ROUTES, { tenantId, id: rosa.id, name: rosa.name });
    await approver.approvePromotion({ params, body: { reason: 'looked at it' } });
    await rig.settled();
    const change = async (body: object) => {
      const { version } = (await admin.getUser({ params: { userId: rosa.id } })).body;
      await admin.updateUser({ params: { userId: rosa.id }, body }, { ifMatch: `"v${version}"` });
    };
    const read = async () => (await ada.getPromotion({ params })).body;
    const evaluate = () => ada.evaluatePromotion({ params, body: {} });
    return { tenant, operator, read, until, change, evaluate };
  }

  test.each([
    ['whose account is disabled', { isActive: false }],
    ['who loses the role', { roles: ['auditor'] }],
    ['who has no role left', { roles: [] }],
  ])('the approval of somebody %s is void at once', async (_who, body) => {
    const { until, change } = await approvedOnce();
    await change(body);
    const { approvals } = await until('it is void', (promotion) => promotion.approvals[0]?.isValid === false);
    expect(approvals).toMatchObject([
      { person: { name: 'rosa' }, voided: { code: 'right_lost', sentence: 'rosa may no longer approve promotions.' } },
    ]);
  });

  test('a change that leaves the right leaves the approval', async () => {
    const { read, change, evaluate } = await approvedOnce();
    await change({ displayName: 'Rosa Luz', roles: ['auditor', 'approver'] });
    await evaluate();
    await rig.settled();
    expect((await read()).approvals).toMatchObject([{ isValid: true, voided: null }]);
  });

  test('in a tenant that is switched off no approval counts, when the gates are looked at', async () => {
    const { tenant, operator, until, evaluate } = await approvedOnce();
    await operator.updateTenant({ params: { tenantId: tenant.id }, body: { isActive: false } }, { ifMatch: '*' });
    await evaluate();
    await until('it is void', (promotion) => promotion.approvals[0]?.voided?.code === 'right_lost');
  });
});
