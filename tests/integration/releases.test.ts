import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { digestOf } from '@stella-ops/engine-kernel';
import { checkTenancy, dumpSchema } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { approve, calls, code, releasesKit, REPOSITORY } from './releases-kit.ts';

describeEachEngine('rules of releases', (engine) => {
  const kit = releasesKit(engine);
  const { scene } = kit;

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const file = fileURLToPath(new URL('../../services/releases/schema.sql', import.meta.url));
    await expect(await dumpSchema(kit.database, 'releases')).toMatchFileSnapshot(file);
    expect(await checkTenancy(kit.database, 'releases')).toEqual([]);
  });

  describe('components and environments', () => {
    test('a name is taken once, lists go on by name, and a stale ETag changes nothing', async () => {
      const { ada } = await scene();
      const body = { name: 'api', repository: 'registry.example/shop/api' };
      const created = await ada.createComponent({ body });
      await expect(ada.createComponent({ body })).rejects.toEqual(code('NAME_TAKEN'));
      const first = (await ada.listComponents({ query: { limit: 1 } })).body;
      const second = (await ada.listComponents({ query: { limit: 1, cursor: first.next ?? '' } })).body;
      expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['api', 'web']);
      expect(second.next).toBeNull();

      const params = { componentId: created.body.id };
      const ifMatch = created.header('etag') ?? '';
      const changed = await ada.updateComponent({ params, body: { description: 'new' } }, { ifMatch });
      expect(changed.body).toMatchObject({ description: 'new', version: 2, repository: body.repository });
      await expect(ada.updateComponent({ params, body: { description: 'old' } }, { ifMatch })).rejects.toEqual(
        code('PRECONDITION_FAILED'),
      );
      expect((await ada.getComponent({ params })).body).toEqual(changed.body);
    });

    test('a repository that no registry could hold is refused with its place', async () => {
      const { ada } = await scene();
      const body = { name: 'bad', repository: 'registry.example/a..b/c' };
      await expect(ada.createComponent({ body })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
        details: { violations: [{ pointer: '/repository' }] },
      });
    });

    test('each environment has its own name and place; they are listed in their order', async () => {
      const { ada, environment } = await scene();
      await environment('prod', 3);
      await environment('dev', 1);
      await expect(environment('dev', 2)).rejects.toEqual(code('NAME_TAKEN'));
      await expect(environment('other', 1)).rejects.toEqual(code('ORDER_TAKEN'));
      const { items } = (await ada.listEnvironments({})).body;
      expect(items.map(({ name, order }) => [name, order])).toEqual([
        ['dev', 1],
        ['prod', 3],
      ]);
    });

    test('a freeze ends after it starts, in the future, on days that exist; ending it removes it', async () => {
      const { ada, environment } = await scene();
      const params = { environmentId: (await environment('dev', 1)).id };
      const freeze = (startsAt: string, endsAt: string) =>
        ada.createFreeze({ params, body: { startsAt, endsAt, reason: 'holidays' } });
      await expect(freeze('2099-01-02T00:00:00.000Z', '2099-01-01T00:00:00.000Z')).rejects.toEqual(
        code('FREEZE_INVALID'),
      );
      await expect(freeze('2020-01-01T00:00:00.000Z', '2020-01-02T00:00:00.000Z')).rejects.toEqual(
        code('FREEZE_INVALID'),
      );
      await expect(freeze('2099-02-30T00:00:00.000Z', '2099-03-02T00:00:00.000Z')).rejects.toEqual(
        code('FREEZE_INVALID'),
      );
      const { freezes, version } = (await freeze('2099-01-01T00:00:00.000Z', '2099-01-02T00:00:00.000Z')).body;
      expect(freezes).toMatchObject([{ reason: 'holidays', createdBy: { id: 'ada-id', name: 'ada' } }]);
      expect(version).toBe(2);
      const freezeId = freezes[0]?.id ?? '';
      expect((await ada.deleteFreeze({ params: { ...params, freezeId } })).body.freezes).toEqual([]);
      await expect(ada.deleteFreeze({ params: { ...params, freezeId } })).rejects.toEqual(code('NOT_FOUND'));
    });

    test('what belongs to another tenant is answered like what is not there', async () => {
      const one = await scene();
      const two = await scene();
      const environment = await one.environment('dev', 1);
      const release = await one.release();
      const promotion = await one.ask(release.id, 'dev');
      const missing = systemIds.uuid();
      const messageOf = (call: Promise<unknown>) => call.then(String, (error: Error) => error.message);
      for (const read of [
        (id: string) => two.ada.getEnvironment({ params: { environmentId: id || environment.id } }),
        (id: string) => two.ada.getRelease({ params: { releaseId: id || release.id } }),
        (id: string) => two.ada.getPromotion({ params: { promotionId: id || promotion.id } }),
        (id: string) => two.ada.watchPromotion({ params: { promotionId: id || promotion.id } }),
        (id: string) => approve(two.bob, id || promotion.id),
      ]) {
        await expect(read('')).rejects.toEqual(code('NOT_FOUND'));
        expect(await messageOf(read(''))).toBe(await messageOf(read(missing)));
      }
      await two.environment('dev', 1);
      await expect(two.ask(release.id, 'dev')).rejects.toEqual(code('RELEASE_UNKNOWN'));
    });
  });

  describe('releases', () => {
    test('a tag is resolved once, to every digest; a later push changes nothing', async () => {
      const { world, ada, release } = await scene();
      const platforms = ['linux/amd64', 'linux/arm64'].map((platform) => ({
        platform,
        manifestDigest: digestOf(platform),
        configDigest: digestOf(`${platform} config`),
      }));
      const resolved = { repository: REPOSITORY, tag: '1.2', indexDigest: digestOf('index'), platforms };
      world.references.set(`${REPOSITORY}:1.2`, resolved);
      const { id, components, digest } = await release('1.2');
      world.references.set(`${REPOSITORY}:1.2`, { ...resolved, indexDigest: digestOf('pushed later') });
      expect(components).toMatchObject([
        { component: 'web', requested: '1.2', indexDigest: digestOf('index'), platforms },
      ]);
      expect((await ada.getRelease({ params: { releaseId: id } })).body).toMatchObject({ components, digest });
      expect(calls(world, 'scanner.images.resolve')).toBe(1);
    });

    test('a digest that was scanned needs no registry; one that was not is asked of it', async () => {
      const { world, digest, release } = await scene();
      world.down.add('registry');
      expect((await release(digest)).components).toMatchObject([{ platforms: [{ manifestDigest: digest }] }]);
      expect((await release(`${REPOSITORY}:1@${digest}`)).components).toMatchObject([
        { platforms: [{ manifestDigest: digest }] },
      ]);
      await expect(release(digestOf('never seen'))).rejects.toEqual(code('REGISTRY_UNAVAILABLE'));
    });

    test('an answer of the registry that is not about the digest asked for is no answer', async () => {
      const { world, release } = await scene();
      const digest = digestOf('wanted');
      world.references.set(`${REPOSITORY}@${digest}`, {
        repository: REPOSITORY,
        tag: null,
        indexDigest: null,
        platforms: [{ platform: 'linux/amd64', manifestDigest: digestOf('x'), configDigest: digestOf('y') }],
      });
      await expect(release(digest)).rejects.toEqual(code('IMAGE_UNRESOLVED'));
    });

    test.each([
      ['registry.example/shop/other:1', 'REPOSITORY_MISMATCH'],
      ['evil.example/shop/web:1', 'REPOSITORY_MISMATCH'],
      ['1.2', 'IMAGE_UNRESOLVED'],
      ['not an image', 'IMAGE_UNRESOLVED'],
    ])('the image %s is refused: %s', async (image, error) => {
      const { release } = await scene();
      await expect(release(image)).rejects.toEqual(code(error));
    });

    test('a version is made once, of components that exist and are named once', async () => {
      const { ada, digest, release } = await scene();
      const { version } = await release();
      await expect(release(digest, { version })).rejects.toEqual(code('VERSION_TAKEN'));
      const image = digest;
      await expect(release(image, { components: [{ component: 'nope', image }] })).rejects.toEqual(
        code('COMPONENT_UNKNOWN'),
      );
      const twice = [1, 2].map(() => ({ component: 'web', image }));
      await expect(release(image, { components: twice })).rejects.toEqual(code('REQUEST_INVALID'));
      expect((await ada.listReleases({ query: { name: 'shop' } })).body.items).toHaveLength(1);
      expect((await ada.listReleases({ query: { name: 'other' } })).body.items).toEqual([]);
    });

    test('releases made at once get calendar versions of their own', async () => {
      const { release } = await scene();
      const made = await Promise.all(Array.from({ length: 6 }, () => release()));
      // Of each day: it may be midnight.
      for (const all of Map.groupBy(made, ({ calendarVersion }) => calendarVersion.split('-')[0]).values()) {
        const numbers = all.map(({ calendarVersion }) => Number(calendarVersion.split('-')[1]));
        expect(numbers.toSorted((a, b) => a - b)).toEqual(all.map((_, index) => index + 1));
      }
      expect(made[0]?.calendarVersion).toMatch(/^\d{4}\.\d{2}\.\d{2}-\d$/);
    });

    test('a release cannot be changed, not even by a statement of the service', async () => {
      const { tenantId, release } = await scene();
      const { id } = await release();
      const change = kit.database.withTenant(tenantId, (tx) =>
        sql`update releases.release set digest = 'x' where release_id = ${id}`.execute(tx),
      );
      await expect(change).rejects.toThrow(/permission denied/);
    });

    test('images that nobody scanned are submitted when the release is made, once', async () => {
      const { world, release } = await scene();
      const digest = digestOf('unscanned');
      const platforms = [{ platform: 'linux/amd64', manifestDigest: digest, configDigest: digestOf('config') }];
      world.references.set(`${REPOSITORY}:2`, { repository: REPOSITORY, tag: '2', indexDigest: null, platforms });
      await release('2');
      const scan = await kit.rig.eventually('a scan', () => Promise.resolve([...world.scans.values()][0]));
      expect(scan.source).toBe(`${REPOSITORY}@${digest}`);
    });
  });
});
