import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { AppError, digestOf } from '@stella-ops/engine-kernel';
import { parseInventory, readSbom } from '@stella-ops/engine-inventory';
import type { Principal } from '@stella-ops/contracts';
import type { Scan } from '@stella-ops/contracts/scanner';
import { checkTenancy, dumpSchema } from '@stella-ops/platform/database';
import type { LocalEndpoint, RequestContext } from '@stella-ops/platform/http';
import { systemClock, systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { service as scanner } from '@stella-ops/service-scanner';
import { dockerArchiveOf, gzipBomb, tarOf } from '@stella-ops/testkit';
import { ALL_SCOPES, describeEachEngine } from '@stella-ops/testkit/server';
import { layerOf, push, pushIndex } from './scanner-images.ts';

import { bytesOf, codeOf, configOf, CYCLONEDX, cycloneDx, scannerKit, stream, TAR } from './scanner-kit.ts';

describeEachEngine('the scanner', (engine) => {
  const kit = scannerKit(engine);
  const { someone, eventsOf, countOf, uploadsOf } = kit;

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
      const { client, tenantId, ended } = someone();
      kit.registry.faults.failing = 1_000;
      try {
        const { body } = await client.createScan({ body: { source: `${kit.registry.host}/shop/away:1` } });
        const waiting = await kit.rig.eventually('the first attempt', async () => {
          const { body: now } = await client.getScan({ params: { scanId: body.id } });
          return now.error !== null && now;
        });
        expect(waiting).toMatchObject({ status: 'queued', attempts: 1, error: { code: 'REGISTRY_UNAVAILABLE' } });
        expect(await eventsOf(tenantId)).toEqual([]);
        expect(await ended(body.id)).toMatchObject({
          status: 'failed',
          attempts: 2,
          error: { code: 'REGISTRY_UNAVAILABLE' },
        });
      } finally {
        delete kit.registry.faults.failing;
      }
      expect((await eventsOf(tenantId)).map(({ type }) => type)).toEqual(['scanner.scan.failed']);
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
      await kit.rig.eventually('an empty work folder', () =>
        Promise.resolve(readdirSync(tmpdir()).every((name) => !name.startsWith('stella-scan-'))),
      );
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

  describe('a scan whose process dies', () => {
    const caller = (tenantId: string): Principal => ({
      kind: 'user',
      id: systemIds.uuid(),
      name: 'ada',
      tenantId,
      scopes: new Set(ALL_SCOPES),
    });
    const contextOf = (tenantId: string): RequestContext => ({
      caller: caller(tenantId),
      routeId: 'test',
      requestId: 'test',
      traceId: 'test',
      signal: AbortSignal.timeout(60_000),
      ifMatch: undefined,
      lastEventId: undefined,
      idempotency: undefined,
      header: () => undefined,
      stored: () => {
        throw new Error('no idempotency here');
      },
    });

    /** The service once more, with its jobs run by hand and a process that dies at one of its transactions. */
    async function byHand(death?: { readonly at: number; readonly when: 'before' | 'after' }) {
      let transactions = 0;
      let isArmed = false;
      const host: ServiceHost = {
        ...kit.rig.host,
        jobs: { enqueue: () => Promise.resolve({ jobId: '', isNew: true }) },
        database: {
          ...kit.database,
          withTenant: async (tenantId, run, options) => {
            const isLast = isArmed && ++transactions === death?.at;
            if (isLast && death.when === 'before') throw new Error('killed');
            const result = await kit.database.withTenant(tenantId, run, options);
            if (isLast) throw new Error('killed');
            return result;
          },
        },
      };
      const config = scanner.config.schema.parse(configOf(kit.registry));
      const running = await scanner.start({
        config,
        host,
        clock: systemClock,
        ids: systemIds,
        randomness: systemRandomness,
        logger: quiet,
      });
      const handlerOf = (id: string): LocalEndpoint['handler'] =>
        (running.endpoints.find(({ route }) => route.id === id) as LocalEndpoint).handler;
      return {
        arm: () => (isArmed = true),
        handlerOf,
        run: (scanId: string, tenantId: string, attempt: number): Promise<unknown> =>
          running.jobs?.[0]?.runStored(
            { scanId },
            { tenantId, jobId: 'x', attempt, signal: AbortSignal.timeout(60_000) },
          ) ?? Promise.reject(new Error('no job')),
      };
    }
    const log = (): void => undefined;
    const quiet = { debug: log, info: log, warn: log, error: log, child: () => quiet };

    const deaths = [1, 2, 3].flatMap((at) => (['before', 'after'] as const).map((when) => ({ at, when })));
    test.each(deaths)('$when its commit $at leaves one image, one event and no upload', async (death) => {
      const tenantId = systemIds.uuid();
      const dying = await byHand(death);
      const { body } = (await dying.handlerOf('scanner.archives.upload')(
        { query: { name: 'shop' }, body: stream(TAR, dockerArchiveOf(layerOf('mawk'))) },
        contextOf(tenantId),
      )) as { body: Scan };
      dying.arm();
      await expect(dying.run(body.id, tenantId, 1)).rejects.toThrow('killed');
      const next = await byHand();
      await next.run(body.id, tenantId, 2);
      const { client } = someone(tenantId);
      const { body: scan } = await client.getScan({ params: { scanId: body.id } });
      expect(scan.status).toBe('succeeded');
      expect(await countOf(tenantId, 'image')).toBe(1);
      expect((await eventsOf(tenantId)).map(({ type }) => type)).toEqual(['scanner.image.scanned']);
      expect(await uploadsOf(tenantId)).toBe(0);
    });

    test('in every attempt is said to have failed', async () => {
      const tenantId = systemIds.uuid();
      push(kit.registry, 'shop/poison', layerOf('vim'), { tag: '1' });
      const hand = await byHand({ at: 2, when: 'before' });
      const { body } = (await hand.handlerOf('scanner.scans.create')(
        { body: { source: `${kit.registry.host}/shop/poison:1` } },
        contextOf(tenantId),
      )) as { body: Scan };
      hand.arm();
      await expect(hand.run(body.id, tenantId, 1)).rejects.toThrow('killed');
      await (await byHand()).run(body.id, tenantId, 3);
      const { client } = someone(tenantId);
      const { body: scan } = await client.getScan({ params: { scanId: body.id } });
      expect(scan).toMatchObject({ status: 'failed', error: { code: 'SCAN_INTERRUPTED' } });
      expect((await eventsOf(tenantId)).map(({ type }) => type)).toEqual(['scanner.scan.failed']);
    });

    test('while another process has ended it changes nothing more', async () => {
      const tenantId = systemIds.uuid();
      const { manifest } = push(kit.registry, 'shop/twice', layerOf('nano'), { tag: '1' });
      const hand = await byHand();
      const { body } = (await hand.handlerOf('scanner.scans.create')(
        { body: { source: `${kit.registry.host}/shop/twice:1` } },
        contextOf(tenantId),
      )) as { body: Scan };
      await Promise.all([hand.run(body.id, tenantId, 1), hand.run(body.id, tenantId, 1)]);
      await hand.run(body.id, tenantId, 2);
      expect((await eventsOf(tenantId)).map(({ data }) => data['imageDigest'])).toEqual([manifest]);
      const { rows } = await kit.database.withTenant(tenantId, (tx) =>
        sql`select 1 from audit.entry where action = 'scanner.scan-image'`.execute(tx),
      );
      expect(rows).toHaveLength(1);
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
