import { beforeAll, describe, expect, test } from 'vitest';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Database } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-releases';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { imageOf, Neighbours } from './releases-neighbours.ts';

describeEachEngine('rules of deployments', (engine) => {
  let database: Database;
  let neighbours: Neighbours;
  let rig: ServiceRig;

  beforeAll(async () => {
    database = await engine.database();
    neighbours = new Neighbours(database);
    rig = await openServiceRig({ services: [...neighbours.services(), service], database });
    return () => rig.close();
  });

  async function scene() {
    const tenantId = systemIds.uuid();
    const world = neighbours.of(tenantId);
    const ada = rig.as(RELEASES_ROUTES, { tenantId, id: 'ada-id', name: 'ada' });
    const board = rig.as(DEPLOYMENTS_ROUTES, { tenantId, id: 'ada-id', name: 'ada' });
    await ada.createComponent({ body: { name: 'web', repository: 'registry.example/shop/web' } });
    let versions = 0;
    const release = async () => {
      const digest = digestOf(`image ${versions} of ${tenantId}`);
      world.images.set(digest, imageOf(digest));
      const components = [{ component: 'web', image: digest }];
      const { body } = await ada.createRelease({ body: { name: 'shop', version: `1.0.${versions++}`, components } });
      return { ...body, imageDigest: digest };
    };
    const promote = async (releaseId: string, environment: string, state: string) => {
      const { body } = await ada.requestPromotion({ body: { releaseId, environment } });
      return rig.eventually(state, async () => {
        const promotion = (await ada.getPromotion({ params: { promotionId: body.id } })).body;
        return promotion.state === state && promotion;
      });
    };
    return { tenantId, world, ada, board, release, promote };
  }

  describe('the board', () => {
    test('says for each component and environment what is there, what comes, and why', async () => {
      const { ada, board, release, promote } = await scene();
      await ada.createEnvironment({ body: { name: 'dev', order: 1 } });
      await ada.createEnvironment({ body: { name: 'prod', order: 2, requiredApprovals: 1 } });
      const first = await release();
      await promote(first.id, 'dev', 'approved');
      await promote(first.id, 'prod', 'pending_approval');
      const { body } = await board.getBoard({});
      expect(body.environments.map(({ name, targets }) => [name, targets])).toEqual([
        ['dev', 0],
        ['prod', 0],
      ]);
      expect(body.rows).toMatchObject([
        {
          component: 'web',
          cells: [
            { environment: 'dev', release: 'shop 1.0.0', state: 'approved', digest: first.imageDigest, next: null },
            { environment: 'prod', release: null, state: 'waiting_approval', next: { release: 'shop 1.0.0' } },
          ],
        },
      ]);
      const where = await board.whereIs({ params: { imageDigest: first.imageDigest } });
      expect(where.body).toMatchObject({
        releases: [{ release: 'shop 1.0.0', component: 'web' }],
        environments: [{ name: 'dev' }],
        targets: [],
      });
    });
  });
});
