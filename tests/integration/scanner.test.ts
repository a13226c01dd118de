import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError, canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import type { Findings } from '@stella-ops/engine-advisories';
import { parseInventory, readSbom, type Subject } from '@stella-ops/engine-inventory';
import { evaluate, packOrThrow, type Verdict } from '@stella-ops/engine-policy';
import { applyVex, readOpenVex } from '@stella-ops/engine-vex';
import type { ByteStream, Principal } from '@stella-ops/contracts';
import { type Scan, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import type { Endpoint, RequestContext } from '@stella-ops/platform/http';
import { systemClock, systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { service as scanner } from '@stella-ops/service-scanner';
import { dockerArchiveOf, fakeRegistry, type FakeRegistry, gzipBomb, tarOf } from '@stella-ops/testkit';
import { ALL_SCOPES, describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { layerOf, push, pushIndex } from './scanner-images.ts';

const TAR = 'application/x-tar';
const CYCLONEDX = 'application/vnd.cyclonedx+json';

function stream(contentType: string, ...chunks: readonly (Uint8Array | Error)[]): ByteStream {
  async function* content(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      await Promise.resolve();
      if (chunk instanceof Error) throw chunk;
      yield chunk;
    }
  }
  return { contentType, content: content() };
}

async function bytesOf(body: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A CycloneDX document about an image, or about nothing in particular. */
const cycloneDx = (packageName: string, image?: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { type: 'container', name: 'cart', ...(image === undefined ? {} : { version: image }) } },
      components: [
        { type: 'library', name: packageName, version: '1.0.0', purl: `pkg:npm/${packageName}@1.0.0`, 'bom-ref': 'a' },
      ],
    }),
  );

const FINDINGS: Findings = {
  format: 'stella.findings/v1',
  inventory: digestOf('inventory'),
  snapshot: digestOf('snapshot'),
  findings: [
    {
      vulnerability: 'CVE-2026-0001',
      aliases: [],
      records: ['CVE-2026-0001'],
      component: 'pkg:npm/left-pad@1.0.0',
      purl: 'pkg:npm/left-pad@1.0.0',
      package: 'left-pad',
      installedVersion: '1.0.0',
      fixedVersions: [],
      severity: { level: 'high', score: 8 },
      state: 'affected',
      reachability: 'unknown',
      grade: 'claimed',
      trace: [],
    },
  ],
  coverage: [],
};

const vexAbout = (product: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://shop.example/vex/1',
      author: 'Shop',
      timestamp: '2026-01-01T00:00:00Z',
      version: 1,
      statements: [
        {
          vulnerability: { name: 'CVE-2026-0001' },
          products: [{ '@id': product }],
          status: 'not_affected',
          justification: 'component_not_present',
        },
      ],
    }),
  );

/** A pack that denies every finding, and perhaps an exception for one image. */
const judge = (subject: Subject, excepted: Digest | undefined): Verdict =>
  evaluate(
    packOrThrow(
      Buffer.from(
        JSON.stringify({
          apiVersion: 'stella.ops/policy/v1',
          kind: 'PolicyPack',
          metadata: { name: 'test', version: '1' },
          params: {},
          rules: [
            {
              id: 'any',
              on: 'finding',
              when: 'finding.severity.score > 7.0',
              action: 'deny',
              code: 'ANY',
              message: '{finding.vulnerability}',
            },
          ],
          defaults: { finding: 'allow', unknownSeverity: 'deny', notEvaluated: 'deny', gap: 'deny', coverage: 'allow' },
        }),
      ),
      'pack.yaml',
    ),
    {
      subject,
      findings: FINDINGS,
      gaps: [],
      exceptions: {
        format: 'stella.exceptions/v1',
        exceptions:
          excepted === undefined
            ? []
            : [
                {
                  id: 'EX-1',
                  vulnerability: 'CVE-2026-0001',
                  subject: excepted,
                  reason: 'a test',
                  approvedBy: 'bob',
                  createdAt: '2026-01-01T00:00:00.000Z',
                  expiresAt: '2027-01-01T00:00:00.000Z',
                },
              ],
      },
      evaluatedAt: '2026-06-01T00:00:00.000Z',
    },
  );

describeEachEngine('the scanner', (engine) => {
  let database: Database;
  let rig: ServiceRig;
  let registry: FakeRegistry;

  beforeAll(async () => {
    database = await engine.database();
    registry = await fakeRegistry();
    rig = await openServiceRig({ services: [scanner], database, config: { scanner: configOf(registry) } });
  });
  afterAll(async () => {
    await rig.close();
    await registry.close();
  });

  const configOf = ({ host }: FakeRegistry) => ({
    registries: [{ host, username: 'robot', password: 'hunter2-of-the-registry' }],
    attempts: 2,
    maxUploadBytes: 4 * 1024 * 1024,
    maxImageBytes: 100 * 1024 * 1024,
    maxSbomBytes: 100_000,
  });

  /** Somebody of a tenant that nobody else uses. */
  const someone = (tenantId = systemIds.uuid()) => {
    const client = rig.as(SCANNER_ROUTES, { tenantId });
    const ended = (scanId: string): Promise<Scan> =>
      rig.eventually(`the end of scan ${scanId}`, async () => {
        const { body } = await client.getScan({ params: { scanId } });
        return body.finishedAt !== null && body;
      });
    return {
      tenantId,
      client,
      ended,
      scan: async (source: string, platform?: string): Promise<Scan> => {
        const { body } = await client.createScan({ body: { source, ...(platform === undefined ? {} : { platform }) } });
        return ended(body.id);
      },
      upload: async (archive: Uint8Array, name = 'shop.tar'): Promise<Scan> => {
        const reply = await client.uploadArchive({ query: { name }, body: stream(TAR, archive) });
        return ended(reply.body.id);
      },
      importSbom: (document: Uint8Array, query: { imageDigest?: string; name?: string; platform?: string } = {}) =>
        client.importSbom({ query: { name: 'shop/cart:1', ...query }, body: stream(CYCLONEDX, document) }),
    };
  };

  const eventsOf = async (tenantId: string): Promise<readonly { type: string; data: Record<string, unknown> }[]> => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ type: string; data: Record<string, unknown> }>`
        select type, data from events.outbox where tenant_id = ${tenantId} order by id`.execute(tx),
    );
    return rows;
  };
  const countOf = async (tenantId: string, table: 'image' | 'scan' | 'image_alias'): Promise<number> => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ count: bigint }>`select count(*) as count from scanner.${sql.raw(table)}`.execute(tx),
    );
    return Number(rows[0]?.count);
  };
  const uploadsOf = async (tenantId: string): Promise<number> => {
    let count = 0;
    for await (const _ of rig.host.objects.tenant(tenantId, 'uploads').list()) count++;
    return count;
  };
  const codeOf = (call: Promise<unknown>): Promise<AppError> =>
    call.then(
      () => {
        throw new Error('the call was answered');
      },
      (error: unknown) => error as AppError,
    );

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const file = fileURLToPath(new URL('../../services/scanner/schema.sql', import.meta.url));
    await expect(await dumpSchema(database, 'scanner')).toMatchFileSnapshot(file);
    expect(await checkTenancy(database, 'scanner')).toEqual([]);
  });

  describe('a scan of a registry', () => {
    test('gives an image, its inventory by digest, SBOMs in both formats and one event', async () => {
      const { tenantId, client, scan } = someone();
      const pushed = push(registry, 'shop/app', layerOf('zlib1g'), { tag: '1' });
      const done = await scan(`${registry.host}/shop/app:1`, 'linux/amd64');
      expect(done).toMatchObject({ status: 'succeeded', imageDigest: pushed.manifest, attempts: 1, error: null });
      expect(done.requestedBy).toBe('ada');

      const params = { imageDigest: pushed.manifest };
      const { body: image } = await client.getImage({ params });
      expect(image).toMatchObject({
        digest: pushed.manifest,
        configDigest: pushed.config,
        indexDigest: null,
        name: `${registry.host}/shop/app:1`,
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
      const { manifest } = push(registry, 'shop/same', layerOf('libc6'), { tag: '1' });
      await scan(`${registry.host}/shop/same:1`);
      const first = await client.getImage({ params: { imageDigest: manifest } });
      await scan(`${registry.host}/shop/same:1`);
      const second = await client.getImage({ params: { imageDigest: manifest } });
      expect(second.body.scannedAt > first.body.scannedAt).toBe(true);
      expect({ ...second.body, scannedAt: '' }).toEqual({ ...first.body, scannedAt: '' });
      expect(await eventsOf(tenantId)).toHaveLength(1);
      expect(await countOf(tenantId, 'scan')).toBe(2);
    });

    test('finds the image by manifest, config and index digest', async () => {
      const { tenantId, client, scan } = someone();
      const amd64 = push(registry, 'shop/multi', layerOf('bash'));
      const arm64 = push(registry, 'shop/multi', layerOf('bash', '2.0-1'), { architecture: 'arm64' });
      const index = pushIndex(registry, 'shop/multi', '2', [
        { image: arm64, architecture: 'arm64' },
        { image: amd64, architecture: 'amd64' },
      ]);
      expect((await scan(`${registry.host}/shop/multi:2`, 'linux/arm64')).imageDigest).toBe(arm64.manifest);
      expect((await scan(`${registry.host}/shop/multi:2`)).imageDigest).toBe(amd64.manifest);
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
      push(registry, 'shop/key', layerOf('tar'), { tag: '1' });
      const body = { source: `${registry.host}/shop/key:1` };
      const first = await client.createScan({ body }, { idempotencyKey: 'once' });
      const second = await client.createScan({ body }, { idempotencyKey: 'once' });
      expect(second.body.id).toBe(first.body.id);
      expect(await countOf(tenantId, 'scan')).toBe(1);
    });

    test('logs in to a listed registry and never shows the password', async () => {
      const { client, scan } = someone();
      push(registry, 'shop/private', layerOf('sed'), { tag: '1' });
      registry.faults.auth = { username: 'robot', password: 'hunter2-of-the-registry' };
      try {
        expect((await scan(`${registry.host}/shop/private:1`)).status).toBe('succeeded');
        registry.faults.auth = { username: 'robot', password: 'another' };
        const refused = await scan(`${registry.host}/shop/private:1`);
        expect(refused.error?.code).toBe('IMAGE_UNAVAILABLE');
        await codeOf(client.resolveImage({ body: { reference: `${registry.host}/shop/private:1` } }));
      } finally {
        delete registry.faults.auth;
      }
      expect(rig.log.join('')).not.toContain('hunter2');
    });

    test('of what the registry does not have fails at once, with the reason and an event', async () => {
      const { tenantId, scan } = someone();
      const done = await scan(`${registry.host}/shop/nobody:1`);
      expect(done).toMatchObject({ status: 'failed', attempts: 1, imageDigest: null });
      expect(done.error).toMatchObject({ code: 'IMAGE_UNAVAILABLE' });
      expect(done.error?.hint).not.toBe('');
      expect(await eventsOf(tenantId)).toEqual([
        {
          type: 'scanner.scan.failed',
          data: { scanId: done.id, source: `${registry.host}/shop/nobody:1`, code: 'IMAGE_UNAVAILABLE' },
        },
      ]);
    });

    test('is tried again while the registry is away, says why meanwhile, and then fails', async () => {
      const { client, tenantId, ended } = someone();
      registry.faults.failing = 1_000;
      try {
        const { body } = await client.createScan({ body: { source: `${registry.host}/shop/away:1` } });
        const waiting = await rig.eventually('the first attempt', async () => {
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
        delete registry.faults.failing;
      }
      expect((await eventsOf(tenantId)).map(({ type }) => type)).toEqual(['scanner.scan.failed']);
    });

    test('of bytes that were changed on the way is refused', async () => {
      const { tenantId, scan } = someone();
      const { layer } = push(registry, 'shop/changed', layerOf('grep'), { tag: '1' });
      const bytes = Buffer.from(registry.blobs.get(layer) as Buffer);
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] as number) ^ 1;
      registry.blobs.set(layer, bytes);
      const done = await scan(`${registry.host}/shop/changed:1`);
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
      push(registry, 'shop/astray', layerOf('dash'), { tag: '1' });
      registry.faults.redirectBlobsTo = 'https://169.254.169.254';
      try {
        const done = await scan(`${registry.host}/shop/astray:1`);
        expect(done.error?.code).toBe('REGISTRY_FORBIDDEN');
        expect(done.error?.message).not.toContain('169.254');
      } finally {
        delete registry.faults.redirectBlobsTo;
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
      const amd64 = push(registry, 'shop/resolve', layerOf('curl'));
      const arm64 = push(registry, 'shop/resolve', layerOf('curl', '2.0-1'), { architecture: 'arm64' });
      const absent = { ...amd64, manifest: digestOf('not mirrored') };
      const index = pushIndex(registry, 'shop/resolve', '1', [
        { image: amd64, architecture: 'amd64' },
        { image: arm64, architecture: 'arm64' },
        { image: absent, architecture: 's390x' },
      ]);
      const { body } = await client.resolveImage({ body: { reference: `${registry.host}/shop/resolve:1` } });
      expect(body).toEqual({
        repository: `${registry.host}/shop/resolve`,
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
      const { manifest, config } = push(registry, 'shop/single', layerOf('wget'), { tag: '1' });
      const reference = `${registry.host}/shop/single@${manifest}`;
      const { body } = await client.resolveImage({ body: { reference } });
      expect(body).toEqual({
        repository: `${registry.host}/shop/single`,
        tag: null,
        indexDigest: null,
        platforms: [{ platform: 'linux/amd64', manifestDigest: manifest, configDigest: config }],
      });
    });

    test('that nobody knows, and a registry that is away, are two things', async () => {
      const { client } = someone();
      const body = { reference: `${registry.host}/shop/nothing:1` };
      expect(await codeOf(client.resolveImage({ body }))).toMatchObject({ code: 'IMAGE_UNAVAILABLE', exit: 4 });
      registry.faults.failing = 1_000;
      const away = await codeOf(client.resolveImage({ body }));
      delete registry.faults.failing;
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
      await rig.eventually('the end of the upload', async () => (await uploadsOf(tenantId)) === 0);
    });

    test('sent twice at once is scanned twice and is one image', async () => {
      const { tenantId, upload } = someone();
      const ends = await Promise.all([upload(archive), upload(archive), upload(archive)]);
      expect(ends.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
      expect(await countOf(tenantId, 'image')).toBe(1);
      expect(await eventsOf(tenantId)).toHaveLength(1);
      await rig.eventually('the end of the uploads', async () => (await uploadsOf(tenantId)) === 0);
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
      await rig.eventually('the end of the upload', async () => (await uploadsOf(tenantId)) === 0);
      expect((await upload(archive)).status).toBe('succeeded');
    });

    test('leaves no files of its own behind', async () => {
      const { upload } = someone();
      await upload(archive);
      await upload(archive.subarray(0, 2048));
      await rig.eventually('an empty work folder', () =>
        Promise.resolve(readdirSync(tmpdir()).every((name) => !name.startsWith('stella-scan-'))),
      );
    });
  });

  describe('an SBOM', () => {
    const image = digestOf('an image that nobody scanned');

    test('makes the image known by the digest that the caller states, and is kept as it came', async () => {
      const { tenantId, client, importSbom } = someone();
      const document = cycloneDx('left-pad');
      const { status, body } = await importSbom(document, { imageDigest: image, platform: 'linux/arm64' });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        digest: image,
        origin: 'sbom',
        components: 1,
        platform: 'linux/arm64',
        sizeBytes: null,
      });
      const bytes = await bytesOf((await client.getInventory({ params: { imageDigest: image } })).body);
      expect(parseInventory(bytes, 'inventory').subject).toEqual({
        kind: 'sbom',
        name: 'shop/cart:1',
        digest: image,
        describes: image,
        platform: { os: 'linux', architecture: 'arm64' },
      });
      expect(await rig.host.objects.tenant(tenantId, 'sboms').get(digestOf(document))).toEqual(document);
      expect(await eventsOf(tenantId)).toMatchObject([{ data: { imageDigest: image, name: 'shop/cart:1' } }]);
      expect((await importSbom(document, { imageDigest: image, platform: 'linux/arm64' })).status).toBe(200);
      expect(await eventsOf(tenantId)).toHaveLength(1);
      expect((await importSbom(cycloneDx('right-pad'), { imageDigest: image })).status).toBe(200);
      expect(await eventsOf(tenantId)).toHaveLength(2);
    });

    test('is found by verdicts, exceptions and VEX statements about the image, and still says what it is', async () => {
      const { client, importSbom } = someone();
      await importSbom(cycloneDx('left-pad'), { imageDigest: image });
      const bytes = await bytesOf((await client.getInventory({ params: { imageDigest: image } })).body);
      const { subject } = parseInventory(bytes, 'inventory');
      expect(judge(subject, undefined)).toMatchObject({ outcome: 'deny', subject: { kind: 'sbom', digest: image } });
      expect(judge(subject, image).outcome).toBe('allow');
      expect(judge(subject, digestOf('another')).outcome).toBe('deny');
      for (const [product, answer] of [
        [`pkg:oci/cart@${image.replace(':', '%3A')}`, 'not_affected'],
        [`pkg:oci/cart@${digestOf('another').replace(':', '%3A')}`, undefined],
      ] as const) {
        const reading = readOpenVex(vexAbout(product), 'vex.json');
        const documents = reading.ok ? [reading.document] : [];
        expect(applyVex(FINDINGS, documents, subject).findings[0]?.vex?.status).toBe(answer);
      }
    });

    test('names its image itself, or is known by its own digest', async () => {
      const { client, importSbom } = someone();
      expect((await importSbom(cycloneDx('left-pad', image))).body.digest).toBe(image);
      const alone = cycloneDx('left-pad');
      const { body } = await importSbom(alone);
      expect(body.digest).toBe(digestOf(alone));
      const bytes = await bytesOf((await client.getInventory({ params: { imageDigest: body.digest } })).body);
      expect(parseInventory(bytes, 'inventory').subject).toMatchObject({ kind: 'sbom', digest: body.digest });
    });

    test('that describes another image than the caller says is refused with the place', async () => {
      const { tenantId, importSbom } = someone();
      const refused = await codeOf(importSbom(cycloneDx('left-pad', image), { imageDigest: digestOf('another') }));
      expect(refused).toMatchObject({ code: 'SBOM_INVALID', place: { pointer: '/metadata/component' } });
      expect(await countOf(tenantId, 'image')).toBe(0);
    });

    test('may name the image by any digest that it is known by', async () => {
      const { importSbom, scan } = someone();
      const { manifest, config } = push(registry, 'shop/alias', layerOf('perl'), { tag: '1' });
      await scan(`${registry.host}/shop/alias:1`);
      const refused = await codeOf(importSbom(cycloneDx('left-pad', config), { imageDigest: manifest }));
      expect(refused.code).toBe('IMAGE_SCANNED');
    });

    test('does not take the place of what was read from layers, under any digest; a scan takes its place', async () => {
      const { tenantId, client, importSbom, scan } = someone();
      const { manifest, config } = push(registry, 'shop/truth', layerOf('openssl'), { tag: '1' });
      expect((await importSbom(cycloneDx('harmless'), { imageDigest: manifest })).body.origin).toBe('sbom');
      expect((await importSbom(cycloneDx('harmless'), { imageDigest: config })).body.digest).toBe(config);
      await scan(`${registry.host}/shop/truth:1`);
      for (const digest of [manifest, config]) {
        const { body } = await client.getImage({ params: { imageDigest: digest } });
        expect(body).toMatchObject({ digest: manifest, origin: 'scan' });
        expect((await codeOf(importSbom(cycloneDx('harmless'), { imageDigest: digest }))).code).toBe('IMAGE_SCANNED');
      }
      expect(await eventsOf(tenantId)).toHaveLength(3);
    });

    test.each<[string, Buffer, object]>([
      ['broken JSON', Buffer.from('{"bomFormat": "CycloneDX",\n "x" }'), { line: 2 }],
      [
        'a wrong member',
        Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","components":{}}'),
        { pointer: '/components' },
      ],
      ['no SBOM', Buffer.from('{"a":1}'), {}],
      ['XML', Buffer.from('<bom/>'), {}],
      ['nothing', Buffer.alloc(0), {}],
      [
        'an inventory of ours, which would be believed',
        canonicalBytes({
          format: 'stella.inventory/v1',
          subject: { kind: 'image', name: 'x', digest: image },
          layers: [],
          components: [],
          relations: [],
          gaps: [],
          analyzers: {},
        }),
        { pointer: '/format' },
      ],
    ])('with %s is refused with its place', async (_, document, place) => {
      const { tenantId, importSbom } = someone();
      const refused = await codeOf(importSbom(document));
      expect(refused).toMatchObject({
        code: 'SBOM_INVALID',
        status: 422,
        ...('line' in place || 'pointer' in place ? { place } : {}),
      });
      expect(await countOf(tenantId, 'image')).toBe(0);
    });

    test('over the limit is refused while it is read', async () => {
      const { importSbom } = someone();
      expect((await codeOf(importSbom(Buffer.alloc(100_001, ' ')))).code).toBe('BODY_TOO_LARGE');
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
      push(registry, 'shop/listed', layerOf('gawk'), { tag: '1' });
      const good = await scan(`${registry.host}/shop/listed:1`);
      const bad = await scan(`${registry.host}/shop/unlisted:1`);
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
      const { manifest, layer } = push(registry, 'shop/both', layerOf('nginx'), { tag: '1' });
      const source = `${registry.host}/shop/both:1`;
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
      const reads = (): number => registry.seen.filter(({ path }) => path.endsWith(layer)).length;
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
        ...rig.host,
        jobs: { enqueue: () => Promise.resolve({ jobId: '', isNew: true }) },
        database: {
          ...database,
          withTenant: async (tenantId, run, options) => {
            const isLast = isArmed && ++transactions === death?.at;
            if (isLast && death.when === 'before') throw new Error('killed');
            const result = await database.withTenant(tenantId, run, options);
            if (isLast) throw new Error('killed');
            return result;
          },
        },
      };
      const config = scanner.config.schema.parse(configOf(registry));
      const running = await scanner.start({
        config,
        host,
        clock: systemClock,
        ids: systemIds,
        randomness: systemRandomness,
        logger: quiet,
      });
      const handlerOf = (id: string): Endpoint['handler'] =>
        (running.endpoints.find(({ route }) => route.id === id) as Endpoint).handler;
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
      push(registry, 'shop/poison', layerOf('vim'), { tag: '1' });
      const hand = await byHand({ at: 2, when: 'before' });
      const { body } = (await hand.handlerOf('scanner.scans.create')(
        { body: { source: `${registry.host}/shop/poison:1` } },
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
      const { manifest } = push(registry, 'shop/twice', layerOf('nano'), { tag: '1' });
      const hand = await byHand();
      const { body } = (await hand.handlerOf('scanner.scans.create')(
        { body: { source: `${registry.host}/shop/twice:1` } },
        contextOf(tenantId),
      )) as { body: Scan };
      await Promise.all([hand.run(body.id, tenantId, 1), hand.run(body.id, tenantId, 1)]);
      await hand.run(body.id, tenantId, 2);
      expect((await eventsOf(tenantId)).map(({ data }) => data['imageDigest'])).toEqual([manifest]);
      const { rows } = await database.withTenant(tenantId, (tx) =>
        sql`select 1 from audit.entry where action = 'scanner.scan-image'`.execute(tx),
      );
      expect(rows).toHaveLength(1);
    });
  });

  test('every metric has a sample after scans and imports', async () => {
    const { scan, importSbom } = someone();
    await scan(`${registry.host}/shop/nobody:2`);
    await importSbom(cycloneDx('left-pad'));
    const text = await rig.host.renderMetrics();
    for (const { name } of Object.values(scanner.metrics ?? {})) {
      expect(text).toMatch(new RegExp(`^${name}(?:_count)?(?:\\{[^}]*\\})? [1-9]`, 'm'));
    }
  });
});
