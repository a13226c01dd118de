import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { AppError, digestOf } from '@stella-ops/engine-kernel';
import { dockerArchiveOf, gzipBomb, tarOf } from '@stella-ops/testkit';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { layerOf, push, pushIndex } from './scanner-images.ts';
import { bytesOf, codeOf, scannerKit, stream, TAR } from './scanner-kit.ts';

describeEachEngine('what the scanner reads', (engine) => {
  const kit = scannerKit(engine);
  const { someone, eventsOf, countOf, uploadsOf } = kit;

  describe('where scans may lead', () => {
    test.each([
      '127.0.0.1:5000',
      'localhost:5000',
      '[::1]:5000',
      '10.1.2.3',
      '2130706433:5000',
      '0x7f.1',
      '169.254.169.254',
      'x.localhost',
    ])('an unlisted %s is refused before anything is queued or asked', async (host) => {
      const { client, tenantId } = someone();
      const scanned = await codeOf(client.createScan({ body: { source: `${host}/shop/app:1` } }));
      const resolved = await codeOf(client.resolveImage({ body: { reference: `${host}/shop/app:1` } }));
      expect([scanned.code, resolved.code]).toEqual(['REGISTRY_FORBIDDEN', 'REGISTRY_FORBIDDEN']);
      expect(await countOf(tenantId, 'scan')).toBe(0);
    });

    test('a listed registry cannot send us into a narrower network, and nobody is told where it wanted us to go', async () => {
      const { scan } = someone();
      push(kit.registry, 'shop/astray', layerOf('dash'), { tag: '1' });
      kit.registry.faults.redirectBlobsTo = 'https://169.254.169.254';
      try {
        const done = await scan(`${kit.registry.host}/shop/astray:1`);
        expect(done.error?.code).toBe('REGISTRY_FORBIDDEN');
        expect(done.error?.message).not.toContain('169.254');
      } finally {
        delete kit.registry.faults.redirectBlobsTo;
      }
    });

    test.each(['oci-dir:/etc', 'dir:/', '/etc/passwd', 'docker-archive:/tmp/x.tar', 'https://x/y'])(
      '%s names nothing that a caller may have read',
      async (source) => {
        const { client } = someone();
        expect((await codeOf(client.createScan({ body: { source } }))).code).toBe('SOURCE_INVALID');
        expect((await codeOf(client.resolveImage({ body: { reference: source } }))).code).toBe('SOURCE_INVALID');
      },
    );
  });

  describe('a reference', () => {
    test('of an index is resolved to all digests of all its platforms that are there', async () => {
      const { client } = someone();
      const amd64 = push(kit.registry, 'shop/resolve', layerOf('curl'));
      const arm64 = push(kit.registry, 'shop/resolve', layerOf('curl', '2.0-1'), { architecture: 'arm64' });
      const absent = { ...amd64, manifest: digestOf('not mirrored') };
      const index = pushIndex(kit.registry, 'shop/resolve', '1', [
        { image: amd64, architecture: 'amd64' },
        { image: arm64, architecture: 'arm64' },
        { image: absent, architecture: 's390x' },
      ]);
      const { body } = await client.resolveImage({ body: { reference: `${kit.registry.host}/shop/resolve:1` } });
      expect(body).toEqual({
        repository: `${kit.registry.host}/shop/resolve`,
        tag: '1',
        indexDigest: index,
        platforms: [
          { platform: 'linux/amd64', manifestDigest: amd64.manifest, configDigest: amd64.config },
          { platform: 'linux/arm64', manifestDigest: arm64.manifest, configDigest: arm64.config },
        ],
      });
    });

    test('of a single image is resolved by its config', async () => {
      const { client } = someone();
      const { manifest, config } = push(kit.registry, 'shop/single', layerOf('wget'), { tag: '1' });
      const reference = `${kit.registry.host}/shop/single@${manifest}`;
      const { body } = await client.resolveImage({ body: { reference } });
      expect(body).toEqual({
        repository: `${kit.registry.host}/shop/single`,
        tag: null,
        indexDigest: null,
        platforms: [{ platform: 'linux/amd64', manifestDigest: manifest, configDigest: config }],
      });
    });

    test('that nobody knows, and a registry that is away, are two things', async () => {
      const { client } = someone();
      const body = { reference: `${kit.registry.host}/shop/nothing:1` };
      expect(await codeOf(client.resolveImage({ body }))).toMatchObject({ code: 'IMAGE_UNAVAILABLE', exit: 4 });
      kit.registry.faults.failing = 1_000;
      const away = await codeOf(client.resolveImage({ body }));
      delete kit.registry.faults.failing;
      expect(away).toMatchObject({ code: 'REGISTRY_UNAVAILABLE', status: 502, retryable: true });
    });
  });

  describe('an uploaded archive', () => {
    const archive = dockerArchiveOf(layerOf('coreutils'));

    test.each([
      ['plain', archive],
      ['gzip', gzipSync(archive)],
    ])('that is %s is scanned under the name it was given, and its bytes are dropped', async (_, bytes) => {
      const { tenantId, client, upload } = someone();
      const done = await upload(bytes, 'the shop');
      expect(done).toMatchObject({ status: 'succeeded', source: 'the shop' });
      const params = { imageDigest: done.imageDigest ?? '' };
      const { body: image } = await client.getImage({ params });
      expect(image).toMatchObject({ name: 'the shop', origin: 'scan', components: 1, platform: 'linux/amd64' });
      // Without a manifest the config is what everything refers to.
      expect(image.configDigest).toBe(image.digest);
      const text = (await bytesOf((await client.getInventory({ params })).body)).toString();
      expect(text).not.toContain(tmpdir());
      await kit.rig.eventually('the end of the upload', async () => (await uploadsOf(tenantId)) === 0);
    });

    test('sent twice at once is scanned twice and is one image', async () => {
      const { tenantId, upload } = someone();
      const ends = await Promise.all([upload(archive), upload(archive), upload(archive)]);
      expect(ends.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
      expect(await countOf(tenantId, 'image')).toBe(1);
      expect(await eventsOf(tenantId)).toHaveLength(1);
      await kit.rig.eventually('the end of the uploads', async () => (await uploadsOf(tenantId)) === 0);
    });

    test('that breaks off leaves nothing', async () => {
      const { tenantId, client } = someone();
      const body = stream(
        TAR,
        archive.subarray(0, 1024),
        new AppError('TORN', { status: 400, exit: 2, hint: '' }, 'torn'),
      );
      await codeOf(client.uploadArchive({ query: { name: 'torn' }, body }));
      expect([await countOf(tenantId, 'scan'), await uploadsOf(tenantId)]).toEqual([0, 0]);
    });

    test.each<[string, Buffer, string]>([
      ['text', Buffer.from('#!/bin/sh\n'.repeat(100)), 'ARCHIVE_INVALID'],
      ['nothing', Buffer.alloc(0), 'ARCHIVE_INVALID'],
      ['xz', Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(600)]), 'ARCHIVE_INVALID'],
      ['too large', Buffer.concat([archive, Buffer.alloc(5 * 1024 * 1024)]), 'BODY_TOO_LARGE'],
    ])('that is %s is refused at once', async (_, bytes, code) => {
      const { tenantId, client } = someone();
      const refused = await codeOf(client.uploadArchive({ query: { name: 'x' }, body: stream(TAR, bytes) }));
      expect(refused.code).toBe(code);
      expect([await countOf(tenantId, 'scan'), await uploadsOf(tenantId)]).toEqual([0, 0]);
    });

    const lying = { path: 'manifest.json', body: '{"a":'.repeat(10_000) };
    test.each<[string, Buffer]>([
      ['cut short', archive.subarray(0, 2048)],
      ['a cut gzip', gzipSync(archive).subarray(0, 300)],
      ['no image', tarOf([{ path: 'hello', body: 'world' }])],
      [
        'a path out of the archive',
        tarOf([{ path: 'manifest.json', body: '[{"Config":"../../etc/passwd","Layers":[]}]' }]),
      ],
      ['deep JSON', tarOf([lying])],
      ['a bomb', gzipBomb(archive.subarray(0, 512), 400 * 1024 * 1024)],
      ['a layer that is a bomb', dockerArchiveOf(gzipBomb(tarOf([]).subarray(0, 512), 200 * 1024 * 1024))],
    ])('with %s fails as a scan, and the next one is scanned', async (_, bytes) => {
      const { tenantId, upload } = someone();
      const done = await upload(bytes);
      expect(done.status).toBe('failed');
      expect(done.attempts).toBe(1);
      expect(done.error?.code).not.toBe('SCAN_FAULT');
      expect(JSON.stringify(done.error)).not.toContain(tmpdir());
      await kit.rig.eventually('the end of the upload', async () => (await uploadsOf(tenantId)) === 0);
      expect((await upload(archive)).status).toBe('succeeded');
    });

    test('leaves no files of its own behind', async () => {
      const { upload } = someone();
      await upload(archive);
      await upload(archive.subarray(0, 2048));
      await kit.rig.eventually('an empty work folder', () => Promise.resolve(readdirSync(kit.workFolder).length === 0));
    });
  });
});
