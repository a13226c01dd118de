import { createReadStream, readdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { TarMember } from '@stella-ops/engine-archive';
import { canonicalBytes, digestOf, hexOf } from '@stella-ops/engine-kernel';
import type { DockerClient } from '@stella-ops/engine-docker';
import { describe, expect, test } from 'vitest';
import { blobMember, IMAGE_NAME, LAYOUT_MARK } from './layout-format.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from './media-types.ts';
import { openImage } from './open-image.ts';
import { parseSource } from './source.ts';
import {
  describeBytes,
  dockerManifest,
  sampleDockerArchive,
  sampleImage,
  type SampleImage,
  tempFolder,
  tempTar,
} from './testing/sample-image.ts';
import type { Image, ImageLayer } from './types.ts';

const open = async (text: string, platform?: string) =>
  openImage(await parseSource(text), { tempDir: tempFolder(), ...(platform === undefined ? {} : { platform }) });

const stored = (image: Image, i: number) => buffer((image.layers[i] as ImageLayer).open());
const blob = (bytes: Buffer): TarMember => ({ path: blobMember(digestOf(bytes)), content: bytes });

/** What new engines save: an OCI layout of plain layers with `manifest.json` beside it. */
function hybrid(image: SampleImage, leaveOut: readonly string[] = []): TarMember[] {
  const manifest = canonicalBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: describeBytes(image.config, OCI_CONFIG),
    layers: image.plainLayers.map((layer) => describeBytes(layer, OCI_LAYER)),
  });
  const listed = { ...describeBytes(manifest, OCI_MANIFEST), annotations: { [IMAGE_NAME]: 'docker.io/team/app:v1' } };
  const index = canonicalBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [listed] });
  const members = [
    ...[image.config, manifest, ...image.plainLayers].map(blob),
    { path: 'index.json', content: index },
    { path: 'oci-layout', content: Buffer.from(LAYOUT_MARK) },
    dockerManifest([
      {
        Config: blobMember(digestOf(image.config)),
        RepoTags: ['team/app:v1'],
        Layers: image.plainLayers.map((layer) => blobMember(digestOf(layer))),
      },
    ]),
  ];
  return members.filter((member) => !leaveOut.includes(member.path));
}

describe('docker-archive', () => {
  test('of an old engine gives plain layers known by their diff ids', async () => {
    const sample = await sampleImage();
    const path = await sampleDockerArchive(sample);
    const image = await open(`docker-archive:${path}`);
    expect(image.manifestDigest).toBeUndefined();
    expect(image.configDigest).toBe(digestOf(sample.config));
    for (const [i, layer] of image.layers.entries()) {
      expect(layer).toMatchObject({ digest: sample.diffIds[i], digestIsDiffId: true, compression: 'sniff' });
      expect(layer.file?.path).toBe(path);
      expect(await buffer(layer.open())).toEqual(sample.plainLayers[i]);
    }
  });

  test('is recognised without its word', async () => {
    const sample = await sampleImage();
    expect((await open(await sampleDockerArchive(sample))).configDigest).toBe(digestOf(sample.config));
    const other = await tempTar([{ path: 'etc/passwd', content: Buffer.from('x') }]);
    await expect(open(other)).rejects.toMatchObject({ code: 'OCI_ARCHIVE_INVALID' });
  });

  test('layers may be symbolic and hard links to others', async () => {
    const sample = await sampleImage('linux/amd64', ['same', 'same']);
    for (const link of [
      { path: 'layer-1/layer.tar', type: 'symlink', linkTarget: '../layer-0/layer.tar' },
      { path: 'layer-1/layer.tar', type: 'hardlink', linkTarget: 'layer-0/layer.tar' },
    ] as const) {
      const plain = sample.plainLayers[0] as Buffer;
      const twice = { ...sample, plainLayers: [plain, plain] };
      const image = await open(await sampleDockerArchive(twice, [link]));
      expect(await stored(image, 1)).toEqual(plain);
    }
  });

  test.each([
    ['in a circle', '../layer-1/layer.tar', 'OCI_ARCHIVE_INVALID'],
    ['out of the archive', '../../../../etc/passwd', 'OCI_BLOB_MISSING'],
    ['to an absolute path', '/etc/passwd', 'OCI_BLOB_MISSING'],
  ])('a link %s is refused', async (_, linkTarget, code) => {
    const path = await sampleDockerArchive(await sampleImage(), [
      { path: 'layer-1/layer.tar', type: 'symlink', linkTarget },
    ]);
    await expect(open(path)).rejects.toMatchObject({ code });
  });

  test('is chosen by tag, by the end of a tag, and by image id', async () => {
    const images = [await sampleImage('linux/amd64', ['a']), await sampleImage('linux/amd64', ['b'])];
    const entries = images.map((image, i) => ({
      Config: `${hexOf(digestOf(image.config))}.json`,
      RepoTags: [`team/app:v${i}`],
      Layers: [`${i}.tar`],
    }));
    const path = await tempTar([
      ...images.flatMap((image, i) => [
        { path: entries[i]?.Config ?? '', content: image.config },
        { path: `${i}.tar`, content: image.plainLayers[0] as Buffer },
      ]),
      dockerManifest(entries),
    ]);
    const second = digestOf((images[1] as SampleImage).config);
    expect((await open(`${path}:team/app:v1`)).configDigest).toBe(second);
    expect((await open(`${path}:docker.io/team/app:v1`)).configDigest).toBe(second);
    expect((await open(`${path}:v1`)).configDigest).toBe(second);
    expect((await open(`${path}@${second}`)).configDigest).toBe(second);
    await expect(open(path)).rejects.toMatchObject({
      code: 'OCI_TAG_NEEDED',
      message: 'there are 2 images here: team/app:v0, team/app:v1',
    });
    await expect(open(`${path}:v9`)).rejects.toMatchObject({ code: 'OCI_TAG_NOT_FOUND' });
  });

  test.each([
    [
      'a config that is not the one it is named after',
      (image: SampleImage): TarMember[] => [
        { path: `${hexOf(digestOf(image.config))}.json`, content: Buffer.from('{}') },
      ],
      'OCI_DIGEST_MISMATCH',
    ],
    ['no config', () => [dockerManifest([{ Config: 'none.json', RepoTags: null, Layers: null }])], 'OCI_BLOB_MISSING'],
    ['no image', () => [dockerManifest([])], 'OCI_ARCHIVE_INVALID'],
    ['a manifest of another shape', () => [{ path: 'manifest.json', content: Buffer.from('{}') }], 'SHAPE_INVALID'],
    ['two manifests', () => [dockerManifest([]), dockerManifest([])], 'OCI_MANIFEST_AMBIGUOUS'],
  ])('with %s is refused', async (_, extra, code) => {
    const sample = await sampleImage();
    await expect(open(await sampleDockerArchive(sample, extra(sample)))).rejects.toMatchObject({ code });
  });

  test('of a new engine is read as the layout in it, so that the manifest digest is kept', async () => {
    const sample = await sampleImage();
    const path = await tempTar(hybrid(sample));
    for (const text of [`docker-archive:${path}:team/app:v1`, path]) {
      const image = await open(text);
      expect(image.manifestDigest).toMatch(/^sha256:/);
      expect(image.layers.map((layer) => layer.digest)).toEqual(sample.diffIds);
      expect(image.layers[0]).toMatchObject({ digestIsDiffId: false, compression: 'none' });
    }
  });

  test('of a new engine whose layout lacks its manifest is read as an old one', async () => {
    const sample = await sampleImage();
    const members = hybrid(sample);
    const manifestPath = members[1]?.path ?? '';
    const image = await open(`docker-archive:${await tempTar(hybrid(sample, [manifestPath]))}`);
    expect(image.manifestDigest).toBeUndefined();
    expect(image.layers[0]).toMatchObject({ digest: sample.diffIds[0], digestIsDiffId: true });
  });

  test('of a new engine with a changed manifest is refused, not read the other way', async () => {
    const sample = await sampleImage();
    const manifestPath = hybrid(sample)[1]?.path ?? '';
    const { manifest = Buffer.alloc(0) } = await open(await tempTar(hybrid(sample)));
    const changed = { path: manifestPath, content: Buffer.alloc(manifest.length, ' ') };
    const path = await tempTar([...hybrid(sample, [manifestPath]), changed]);
    await expect(open(`docker-archive:${path}`)).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
  });

  test('is compared with the platform asked for', async () => {
    const path = await sampleDockerArchive(await sampleImage('linux/arm64'));
    expect((await open(path, 'linux/arm64')).platform.architecture).toBe('arm64');
    await expect(open(path, 'linux/amd64')).rejects.toMatchObject({ code: 'OCI_PLATFORM_NOT_FOUND' });
  });
});

describe('docker engine', () => {
  const engine = (saveImage: DockerClient['saveImage']) => ({ saveImage }) as DockerClient;

  test('what an engine saves is spooled, read as an archive, and removed', async () => {
    const sample = await sampleImage();
    const path = await sampleDockerArchive(sample);
    const tempDir = tempFolder();
    const docker = engine(() => createReadStream(path) as AsyncIterable<Uint8Array>);
    const image = await openImage({ kind: 'docker', name: 'team/app:v1' }, { tempDir, docker });
    expect(image).toMatchObject({ name: 'docker:team/app:v1', configDigest: digestOf(sample.config) });
    expect(await stored(image, 0)).toEqual(sample.plainLayers[0]);
    await image.close();
    expect(readdirSync(tempDir)).toEqual([]);
  });

  test('an engine that breaks off leaves nothing behind', async () => {
    const tempDir = tempFolder();
    const docker = engine(async function* () {
      yield Buffer.alloc(1000);
      throw new Error('torn');
    });
    await expect(openImage({ kind: 'docker', name: 'x' }, { tempDir, docker })).rejects.toThrow('torn');
    expect(readdirSync(tempDir)).toEqual([]);
  });
});
