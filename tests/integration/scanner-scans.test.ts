import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { digestOf } from '@stella-ops/engine-kernel';
import { parseInventory, readSbom } from '@stella-ops/engine-inventory';
import { checkTenancy, dumpSchema } from '@stella-ops/platform/database';
import { service as scanner } from '@stella-ops/service-scanner';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { layerOf, push, pushIndex } from './scanner-images.ts';
import { bytesOf, codeOf, CYCLONEDX, cycloneDx, scannerKit } from './scanner-kit.ts';

describeEachEngine('the scanner', (engine) => {
  const kit = scannerKit(engine);
  const { someone, eventsOf, countOf } = kit;

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const file = fileURLToPath(new URL('../../services/scanner/schema.sql', import.meta.url));
    await expect(await dumpSchema(kit.database, 'scanner')).toMatchFileSnapshot(file);
    expect(await checkTenancy(kit.database, 'scanner')).toEqual([]);
  });

  describe('a scan of a registry', () => {
    test('gives an image, its inventory by digest, SBOMs in both formats and one event', async () => {
      const { tenantId, client, scan } = someone();
      const pushed = push(kit.registry, 'shop/app', layerOf('zlib1g'), { tag: '1' });
      const done = await scan(`${kit.registry.host}/shop/app:1`, 'linux/amd64');
      expect(done).toMatchObject({ status: 'succeeded', imageDigest: pushed.manifest, attempts: 1, error: null });
      expect(done.requestedBy).toBe('ada');

      const params = { imageDigest: pushed.manifest };
      const { body: image } = await client.getImage({ params });
      expect(image).toMatchObject({
        digest: pushed.manifest,
        configDigest: pushed.config,
        indexDigest: null,
        name: `${kit.registry.host}/shop/app:1`,
        platform: 'linux/amd64',
        origin: 'scan',
        components: 1,
      });
      const inventory = await bytesOf((await client.getInventory({ params })).body);
      expect(digestOf(inventory)).toBe(image.inventoryDigest);
      const { subject, components, layers } = parseInventory(inventory, 'inventory');
      expect(subject).toMatchObject({ kind: 'image', digest: pushed.manifest });
      expect(components.map(({ name }) => name)).toEqual(['zlib1g']);
      expect(layers).toMatchObject([{ digest: pushed.layer, diffIdVerified: true }]);
      for (const format of ['cyclonedx', 'spdx'] as const) {
        const { body } = await client.getSbom({ params, query: { format } });
        expect(body.contentType).toBe(format === 'spdx' ? 'application/spdx+json' : CYCLONEDX);
        const reading = readSbom(await bytesOf(body), format);
        expect(reading.ok && reading.inventory.components.map(({ name }) => name)).toEqual(['zlib1g']);
      }
      expect(await eventsOf(tenantId)).toEqual([
        {
          type: 'scanner.image.scanned',
          data: {
            imageDigest: pushed.manifest,
            inventoryDigest: image.inventoryDigest,
            name: image.name,
            platform: 'linux/amd64',
          },
        },
      ]);
    });

    test('of an image that did not change moves its time and tells nobody', async () => {
      const { tenantId, client, scan } = someone();
      const { manifest } = push(kit.registry, 'shop/same', layerOf('libc6'), { tag: '1' });
      await scan(`${kit.registry.host}/shop/same:1`);
      const first = await client.getImage({ params: { imageDigest: manifest } });
      await scan(`${kit.registry.host}/shop/same:1`);
      const second = await client.getImage({ params: { imageDigest: manifest } });
      expect(second.body.scannedAt > first.body.scannedAt).toBe(true);
      expect({ ...second.body, scannedAt: '' }).toEqual({ ...first.body, scannedAt: '' });
      expect(await eventsOf(tenantId)).toHaveLength(1);
      expect(await countOf(tenantId, 'scan')).toBe(2);
    });

    test('finds the image by manifest, config and index digest', async () => {
      const { tenantId, client, scan } = someone();
      const amd64 = push(kit.registry, 'shop/multi', layerOf('bash'));
      const arm64 = push(kit.registry, 'shop/multi', layerOf('bash', '2.0-1'), { architecture: 'arm64' });
      const index = pushIndex(kit.registry, 'shop/multi', '2', [
        { image: arm64, architecture: 'arm64' },
        { image: amd64, architecture: 'amd64' },
      ]);
      expect((await scan(`${kit.registry.host}/shop/multi:2`, 'linux/arm64')).imageDigest).toBe(arm64.manifest);
      expect((await scan(`${kit.registry.host}/shop/multi:2`)).imageDigest).toBe(amd64.manifest);
      for (const [asked, found] of [
        [amd64.manifest, amd64.manifest],
        [amd64.config, amd64.manifest],
        [arm64.config, arm64.manifest],
        [index, amd64.manifest],
      ] as const) {
        const { body } = await client.getImage({ params: { imageDigest: asked } });
        expect(body.digest).toBe(found);
        expect(body.indexDigest).toBe(index);
      }
      expect(await countOf(tenantId, 'image_alias')).toBe(4);
    });

    test('that is asked for twice under one key is one scan', async () => {
      const { tenantId, client } = someone();
      push(kit.registry, 'shop/key', layerOf('tar'), { tag: '1' });
      const body = { source: `${kit.registry.host}/shop/key:1` };
      const first = await client.createScan({ body }, { idempotencyKey: 'once' });
      const second = await client.createScan({ body }, { idempotencyKey: 'once' });
      expect(second.body.id).toBe(first.body.id);
      expect(await countOf(tenantId, 'scan')).toBe(1);
    });

    test('logs in to a listed registry and never shows the password', async () => {
      const { client, scan } = someone();
      push(kit.registry, 'shop/private', layerOf('sed'), { tag: '1' });
      kit.registry.faults.auth = { username: 'robot', password: 'hunter2-of-the-registry' };
      try {
        expect((await scan(`${kit.registry.host}/shop/private:1`)).status).toBe('succeeded');
        kit.registry.faults.auth = { username: 'robot', password: 'another' };
        const refused = await scan(`${kit.registry.host}/shop/private:1`);
        expect(refused.error?.code).toBe('IMAGE_UNAVAILABLE');
        await codeOf(client.resolveImage({ body: { reference: `${kit.registry.host}/shop/private:1` } }));
      } finally {
        delete kit.registry.faults.auth;
      }
      expect(kit.rig.log.join('')).not.toContain('hunter2');
    });

    test('of what the registry does not have fails at once, with the reason and an event', async () => {
      const { tenantId, scan } = someone();
      const done = await scan(`${kit.registry.host}/shop/nobody:1`);
      expect(done).toMatchObject({ status: 'failed', attempts: 1, imageDigest: null });
      expect(done.error).toMatchObject({ code: 'IMAGE_UNAVAILABLE' });
      expect(done.error?.hint).not.toBe('');
      expect(await eventsOf(tenantId)).toEqual([
        {
          type: 'scanner.scan.failed',
          data: { scanId: done.id, source: `${kit.registry.host}/shop/nobody:1`, code: 'IMAGE_UNAVAILABLE' },
        },
      ]);
    });

    test('is tried again while the registry is away, says why meanwhile, and then fails', async () => {
      kit.registry.faults.failing = 1_000_000;
      try {
        // A machine with other work may look only after the second attempt, and then looks at another scan.
        for (let tries = 1; ; tries++) {
          const { client, tenantId, ended } = someone();
          const { body } = await client.createScan({ body: { source: `${kit.registry.host}/shop/away:1` } });
          const read = async () => (await client.getScan({ params: { scanId: body.id } })).body;
          const waiting = await kit.rig.eventually('the first attempt', async () => {
            const now = await read();
            return now.error !== null && now;
          });
          const told = await eventsOf(tenantId);
          const isBetween = waiting.finishedAt === null && (await read()).finishedAt === null;
          expect(await ended(body.id)).toMatchObject({
            status: 'failed',
            attempts: 2,
            error: { code: 'REGISTRY_UNAVAILABLE' },
          });
          expect((await eventsOf(tenantId)).map(({ type }) => type)).toEqual(['scanner.scan.failed']);
          if (!isBetween && tries < 5) continue;
          expect(waiting).toMatchObject({ status: 'queued', attempts: 1, error: { code: 'REGISTRY_UNAVAILABLE' } });
          expect(told).toEqual([]);
          break;
        }
      } finally {
        delete kit.registry.faults.failing;
      }
    });

    test('of bytes that were changed on the way is refused', async () => {
      const { tenantId, scan } = someone();
      const { layer } = push(kit.registry, 'shop/changed', layerOf('grep'), { tag: '1' });
      const bytes = Buffer.from(kit.registry.blobs.get(layer) as Buffer);
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] as number) ^ 1;
      kit.registry.blobs.set(layer, bytes);
      const done = await scan(`${kit.registry.host}/shop/changed:1`);
      expect(done.status).toBe('failed');
      expect(done.error?.code).toMatch(/^(?:LAYER|COMPRESSION)_/);
      expect(await countOf(tenantId, 'image')).toBe(0);
    });
  });

  describe('lists', () => {
    test('of images go page by page, last scanned first, and by part of the name', async () => {
      const { client, importSbom } = someone();
      for (const name of ['shop/a', 'shop/b', 'Other/c', 'shop/d', 'shop/e']) {
        await importSbom(cycloneDx('left-pad'), { imageDigest: digestOf(name), name });
      }
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const { body } = await client.listImages({ query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) } });
        expect(body.items.length).toBeLessThanOrEqual(2);
        names.push(...body.items.map((one) => one.name));
        cursor = body.next ?? undefined;
      } while (cursor !== undefined);
      expect(names).toEqual(['shop/e', 'shop/d', 'Other/c', 'shop/b', 'shop/a']);
      const { body } = await client.listImages({ query: { name: 'OTHER' } });
      expect(body.items.map((one) => one.name)).toEqual(['Other/c']);
      expect((await client.listImages({ query: { name: '%' } })).body.items).toEqual([]);
    });

    test('of scans go newest first, and by status', async () => {
      const { client, scan } = someone();
      push(kit.registry, 'shop/listed', layerOf('gawk'), { tag: '1' });
      const good = await scan(`${kit.registry.host}/shop/listed:1`);
      const bad = await scan(`${kit.registry.host}/shop/unlisted:1`);
      const first = await client.listScans({ query: { limit: 1 } });
      expect(first.body.items.map(({ id }) => id)).toEqual([bad.id]);
      const second = await client.listScans({ query: { limit: 1, cursor: first.body.next ?? '' } });
      expect(second.body).toMatchObject({ items: [{ id: good.id }], next: null });
      const failed = await client.listScans({ query: { status: 'failed' } });
      expect(failed.body.items.map(({ id }) => id)).toEqual([bad.id]);
    });
  });

  describe('tenants', () => {
    test('that scan the same image have a row each, and neither sees what the other has', async () => {
      const [ada, bob] = [someone(), someone()];
      const { manifest, layer } = push(kit.registry, 'shop/both', layerOf('nginx'), { tag: '1' });
      const source = `${kit.registry.host}/shop/both:1`;
      const scan = await ada.scan(source);
      const missing = await codeOf(bob.client.getImage({ params: { imageDigest: manifest } }));
      const unknown = await codeOf(bob.client.getImage({ params: { imageDigest: digestOf('nothing') } }));
      expect([missing.code, missing.message]).toEqual(['NOT_FOUND', unknown.message]);
      const refused = await Promise.all([
        codeOf(bob.client.getScan({ params: { scanId: scan.id } })),
        codeOf(bob.client.getInventory({ params: { imageDigest: manifest } })),
        codeOf(bob.client.getSbom({ params: { imageDigest: manifest } })),
      ]);
      expect(refused.map(({ code }) => code)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
      expect((await bob.client.listScans({})).body.items).toEqual([]);

      // The layer is read again for the other tenant: a digest alone must not bring out what is in somebody's layer.
      const reads = (): number => kit.registry.seen.filter(({ path }) => path.endsWith(layer)).length;
      const before = reads();
      await bob.scan(source);
      expect(reads()).toBe(before + 1);
      await bob.scan(source);
      expect(reads()).toBe(before + 1);
      expect([await countOf(ada.tenantId, 'image'), await countOf(bob.tenantId, 'image')]).toEqual([1, 1]);
    });
  });

  test('every metric has a sample after scans and imports', async () => {
    const { scan, importSbom } = someone();
    await scan(`${kit.registry.host}/shop/nobody:2`);
    await importSbom(cycloneDx('left-pad'));
    const text = await kit.rig.host.renderMetrics();
    for (const { name } of Object.values(scanner.metrics ?? {})) {
      expect(text).toMatch(new RegExp(`^${name}(?:_count)?(?:\\{[^}]*\\})? [1-9]`, 'm'));
    }
  });
});
