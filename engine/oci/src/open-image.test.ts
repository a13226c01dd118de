import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { writeLayoutArchive } from './layout-archive.ts';
import { blobMember } from './layout-format.ts';
import { createLayout } from './layout-writer.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from './media-types.ts';
import { openImage } from './open-image.ts';
import { parseSource } from './source.ts';
import {
  describeBytes,
  indexOf,
  putBlobs,
  referrerOf,
  sampleImage,
  sampleIndexLayout,
  sampleLayout,
  tempFolder,
} from './testing/sample-image.ts';
import type { ImageLayer } from './types.ts';

const open = async (text: string, platform?: string) =>
  openImage(await parseSource(text), { tempDir: tempFolder(), ...(platform === undefined ? {} : { platform }) });

/** A layout with one manifest, written without the checks of the layout writer's caller. */
async function layoutWith(manifest: unknown, ...blobs: readonly Buffer[]): Promise<string> {
  const folder = join(tempFolder(), 'layout');
  const layout = await createLayout(folder);
  for (const blob of blobs) await layout.putBytes(blob);
  await layout.putManifest(Buffer.from(JSON.stringify(manifest)), OCI_MANIFEST);
  return folder;
}
const stored = (layer: ImageLayer | undefined) => buffer(layer?.open() ?? Readable.from([]));
const blobPath = (folder: string, digest: Digest) => join(folder, blobMember(digest));

describe('image of a layout folder', () => {
  test('is resolved to verified documents and layers in place', async () => {
    const sample = await sampleImage();
    const folder = await sampleLayout(sample);
    const image = await open(`oci-dir:${folder}:v1`);
    expect(image).toMatchObject({
      name: `oci-dir:${folder}:v1`,
      manifestDigest: digestOf(sample.manifest),
      configDigest: digestOf(sample.config),
      platform: { os: 'linux', architecture: 'amd64' },
    });
    expect(image.indexDigest).toBeUndefined();
    expect(image.manifest).toEqual(sample.manifest);
    expect(image.config).toEqual(sample.config);
    for (const [i, layer] of image.layers.entries()) {
      const bytes = sample.layers[i] as Buffer;
      expect(layer).toMatchObject({
        digest: digestOf(bytes),
        digestIsDiffId: false,
        diffId: sample.diffIds[i],
        sizeBytes: bytes.length,
        compression: 'gzip',
        isForeign: false,
        file: { path: blobPath(folder, digestOf(bytes)), offset: 0 },
      });
      expect(await stored(layer)).toEqual(bytes);
    }
    await image.close();
  });

  test('of several platforms is chosen by wish, and the index stays known', async () => {
    const images = [await sampleImage('linux/arm64', ['arm']), await sampleImage('linux/amd64', ['amd'])];
    const folder = await sampleIndexLayout(images);
    const image = await open(folder, 'linux/arm64');
    expect(image.manifestDigest).toBe(digestOf((images[0] as (typeof images)[0]).manifest));
    expect(image.indexDigest).toBe(digestOf(indexOf(images)));
    expect((await open(folder)).platform.architecture).toBe('amd64');
    await expect(open(folder, 'linux/s390x')).rejects.toMatchObject({
      code: 'OCI_PLATFORM_NOT_FOUND',
      details: { platforms: ['linux/amd64', 'linux/arm64'] },
    });
  });

  test('is found by tag, by full name, and by the digest of a platform inside an index', async () => {
    const images = [await sampleImage('linux/arm64', ['arm']), await sampleImage('linux/amd64', ['amd'])];
    const folder = await sampleIndexLayout(images);
    const arm = digestOf((images[0] as (typeof images)[0]).manifest);
    expect((await open(`oci-dir:${folder}:registry.example/team/app:v1`)).indexDigest).toBeDefined();
    expect((await open(`oci-dir:${folder}@${arm}`)).manifestDigest).toBe(arm);
    await expect(open(`oci-dir:${folder}:v2`)).rejects.toMatchObject({
      code: 'OCI_TAG_NOT_FOUND',
      message: 'nothing here is named "v2"; there is registry.example/team/app:v1',
    });
    await expect(open(`oci-dir:${folder}@${digestOf('')}`)).rejects.toMatchObject({ code: 'OCI_TAG_NOT_FOUND' });
  });

  test('must be named when there are several; what hangs on an image does not count', async () => {
    const first = await sampleImage('linux/amd64', ['a']);
    const folder = await sampleLayout(first, 'v1');
    const layout = await createLayout(folder);
    const payload = Buffer.from('[]');
    await layout.putBytes(payload);
    await layout.putBytes(Buffer.from('{}'));
    await layout.putManifest(referrerOf(first.descriptor, 'example/sbom', payload), OCI_MANIFEST);
    const attestation = await sampleImage('linux/amd64', ['attested']);
    await putBlobs(layout, attestation);
    await layout.putManifest(attestation.manifest, OCI_MANIFEST, {
      platform: { os: 'unknown', architecture: 'unknown' },
    });
    expect((await open(folder)).manifestDigest).toBe(first.descriptor.digest);

    const second = await sampleImage('linux/amd64', ['b']);
    await putBlobs(layout, second);
    await layout.putManifest(second.manifest, OCI_MANIFEST, { tag: 'v2' });
    await expect(open(folder)).rejects.toMatchObject({ code: 'OCI_TAG_NEEDED' });
    expect((await open(`${folder}:v2`)).manifestDigest).toBe(second.descriptor.digest);
  });

  test('may stand in index.json platform by platform', async () => {
    const folder = join(tempFolder(), 'layout');
    const layout = await createLayout(folder);
    for (const name of ['linux/arm64', 'linux/amd64']) {
      const sample = await sampleImage(name, [name]);
      await putBlobs(layout, sample);
      await layout.putManifest(sample.manifest, OCI_MANIFEST, { platform: sample.platform });
    }
    expect((await open(folder, 'linux/arm64')).platform.architecture).toBe('arm64');
    expect((await open(folder)).platform.architecture).toBe('amd64');
  });

  test('for another platform than asked for is refused also without an index', async () => {
    const folder = await sampleLayout(await sampleImage('linux/arm64'));
    await expect(open(folder, 'linux/amd64')).rejects.toMatchObject({
      code: 'OCI_PLATFORM_NOT_FOUND',
      message: 'there is no image for linux/amd64 here; this one is for linux/arm64',
    });
  });

  test.each(['manifest', 'config'] as const)('with a changed %s is refused', async (part) => {
    const sample = await sampleImage();
    const folder = await sampleLayout(sample);
    const path = blobPath(folder, digestOf(sample[part]));
    const bytes = readFileSync(path);
    bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(open(folder)).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH', exit: 3 });
  });

  test.each([
    ['longer', (path: string) => appendFileSync(path, 'x'), 'OCI_SIZE_MISMATCH'],
    ['shorter', (path: string) => truncateSync(path, 5), 'OCI_SIZE_MISMATCH'],
    ['missing', (path: string) => rmSync(path), 'OCI_BLOB_MISSING'],
  ])('with a layer that is %s is refused', async (_, spoil, code) => {
    const sample = await sampleImage();
    const folder = await sampleLayout(sample);
    spoil(blobPath(folder, digestOf(sample.layers[1] as Buffer)));
    await expect(open(folder)).rejects.toMatchObject({ code });
  });

  test('a layer that is cut after the image was opened ends as an error, not as a short layer', async () => {
    const sample = await sampleImage();
    const folder = await sampleLayout(sample);
    const image = await open(folder);
    truncateSync(blobPath(folder, digestOf(sample.layers[0] as Buffer)), 5);
    const layer = image.layers[0];
    await expect(stored(layer)).rejects.toMatchObject({ code: 'OCI_SIZE_MISMATCH' });
  });

  test('a foreign layer is said to be one and not looked for', async () => {
    const sample = await sampleImage('linux/amd64', ['one']);
    const foreign = describeBytes(Buffer.from('elsewhere'), 'application/vnd.oci.image.layer.nondistributable.v1.tar');
    const config = describeBytes(sample.config, OCI_CONFIG);
    const folder = await layoutWith({ schemaVersion: 2, config: config, layers: [foreign] }, sample.config);
    const image = await open(folder);
    expect(image.layers[0]).toMatchObject({ isForeign: true, digest: foreign.digest });
    expect(() => image.layers[0]?.open()).toThrow(expect.objectContaining({ code: 'OCI_LAYER_FOREIGN' }));
  });

  test('what is no container image is refused by the type it has', async () => {
    const chart = Buffer.from('{}');
    const config = describeBytes(chart, 'application/vnd.cncf.helm.config.v1+json');
    const folder = await layoutWith({ schemaVersion: 2, config: config, layers: [] }, chart);
    await expect(open(folder)).rejects.toMatchObject({
      code: 'OCI_NOT_AN_IMAGE',
      message: expect.stringContaining('helm') as string,
    });
  });

  test('a layer of an unknown media type is refused with its place', async () => {
    const sample = await sampleImage('linux/amd64', ['one']);
    const layer = describeBytes(Buffer.from('secret'), `${OCI_LAYER}+encrypted`);
    const config = describeBytes(sample.config, OCI_CONFIG);
    const folder = await layoutWith({ schemaVersion: 2, config: config, layers: [layer] }, sample.config);
    await expect(open(folder)).rejects.toMatchObject({
      code: 'OCI_MEDIA_TYPE_UNKNOWN',
      place: { pointer: '/layers/0/mediaType' },
    });
  });

  test('indexes inside each other end somewhere', async () => {
    const sample = await sampleImage();
    const folder = join(tempFolder(), 'layout');
    const layout = await createLayout(folder);
    await putBlobs(layout, sample);
    await layout.putBytes(sample.manifest);
    let inner = indexOf([sample]);
    const wrap = () => {
      const descriptor = { ...describeBytes(inner, OCI_INDEX) };
      inner = canonicalBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [descriptor] });
    };
    for (let i = 0; i < 2; i++) {
      await layout.putBytes(inner);
      wrap();
    }
    await layout.putManifest(inner, OCI_INDEX, { tag: 'ok' });
    wrap();
    await layout.putManifest(inner, OCI_INDEX, { tag: 'deep' });
    expect((await open(`${folder}:ok`)).manifestDigest).toBe(sample.descriptor.digest);
    await expect(open(`${folder}:deep`)).rejects.toMatchObject({ code: 'OCI_INDEX_TOO_DEEP' });
  });

  test.each([
    ['oci-layout', '{"imageLayoutVersion":"2.0.0"}', 'OCI_LAYOUT_INVALID'],
    ['oci-layout', 'null', 'SHAPE_INVALID'],
    ['index.json', '{', 'JSON_INVALID'],
    ['index.json', '{"schemaVersion":2,"manifests":[]}', 'OCI_NOT_AN_IMAGE'],
    ['index.json', undefined, 'OCI_LAYOUT_INVALID'],
  ])('a layout with %s of %j is refused', async (name, content, code) => {
    const folder = await sampleLayout(await sampleImage());
    if (content === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), content);
    await expect(open(`oci-dir:${folder}`)).rejects.toMatchObject({ code });
  });
});

describe('image of an archive', () => {
  async function archive(pack = (tar: Buffer): Buffer => tar) {
    const sample = await sampleImage();
    const folder = await sampleLayout(sample);
    const path = join(tempFolder(), 'image.tar');
    writeFileSync(path, pack(await buffer(writeLayoutArchive(folder))));
    return { sample, path };
  }

  test('is read in place, without unpacking', async () => {
    const { sample, path } = await archive();
    const tempDir = tempFolder();
    const image = await openImage(await parseSource(`oci-archive:${path}`), { tempDir });
    expect(image.manifestDigest).toBe(sample.descriptor.digest);
    expect(readdirSync(tempDir)).toEqual([]);
    const archived = readFileSync(path);
    for (const [i, layer] of image.layers.entries()) {
      const { offset } = layer.file ?? { offset: -1 };
      expect(layer.file?.path).toBe(path);
      expect(archived.subarray(offset, offset + layer.sizeBytes)).toEqual(sample.layers[i]);
      expect(await stored(layer)).toEqual(sample.layers[i]);
    }
  });

  test.each([
    ['gzip', (tar: Buffer) => gzipSync(tar)],
    ['zstd', (tar: Buffer) => zstdCompressSync(tar)],
  ])('compressed with %s is spooled, and closing removes the spool', async (_, pack) => {
    const { sample, path } = await archive(pack);
    const tempDir = tempFolder();
    const image = await openImage(await parseSource(path), { tempDir });
    expect(image.manifestDigest).toBe(sample.descriptor.digest);
    expect(await stored(image.layers[1])).toEqual(sample.layers[1]);
    expect(readdirSync(tempDir)).toHaveLength(1);
    await image.close();
    expect(readdirSync(tempDir)).toEqual([]);
  });

  test('that does not hold what is asked for leaves nothing in the temporary folder', async () => {
    const { path } = await archive((tar) => gzipSync(tar));
    const tempDir = tempFolder();
    const source = await parseSource(`oci-archive:${path}:v9`);
    await expect(openImage(source, { tempDir })).rejects.toMatchObject({ code: 'OCI_TAG_NOT_FOUND' });
    expect(readdirSync(tempDir)).toEqual([]);
  });

  test('that is broken leaves nothing in the temporary folder', async () => {
    const { path } = await archive((tar) => gzipSync(tar).subarray(0, -20));
    const tempDir = tempFolder();
    await expect(openImage(await parseSource(path), { tempDir })).rejects.toMatchObject({ exit: 2 });
    expect(readdirSync(tempDir)).toEqual([]);
  });

  test('that is cut is refused as truncated', async () => {
    const { path } = await archive((tar) => tar.subarray(0, -1500));
    await expect(open(path)).rejects.toMatchObject({ code: 'TAR_TRUNCATED', place: { file: path } });
  });

  test('without a place for temporary files is refused', async () => {
    const { path } = await archive((tar) => gzipSync(tar));
    const tempDir = join(tempFolder(), 'missing');
    await expect(openImage(await parseSource(path), { tempDir })).rejects.toMatchObject({ code: 'OCI_WRITE_FAILED' });
    expect(existsSync(tempDir)).toBe(false);
  });
});

describe('image from elsewhere', () => {
  test('a registry needs the network, an engine needs a client', async () => {
    await expect(open('registry:host.example/app')).rejects.toMatchObject({ code: 'OCI_NETWORK_NEEDED', exit: 5 });
    await expect(open('docker:app')).rejects.toMatchObject({ code: 'OCI_ENGINE_NEEDED' });
  });

  test('a plain folder is no image', async () => {
    await expect(open(`dir:${tempFolder()}`)).rejects.toMatchObject({ code: 'OCI_NOT_AN_IMAGE' });
  });
});
