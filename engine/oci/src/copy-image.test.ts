import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { copyImage, type CopyOptions } from './copy-image.ts';
import { blobMember, IMAGE_NAME } from './layout-format.ts';
import { openLayoutStore } from './layout-store.ts';
import { createLayout } from './layout-writer.ts';
import { OCI_CONFIG, OCI_MANIFEST } from './media-types.ts';
import { folderMembers } from './members.ts';
import { openImage } from './open-image.ts';
import { openStore } from './open-store.ts';
import { parseDestination, parseSource } from './source.ts';
import { registryAndClient, startRegistry, testOptions } from './testing/registry-options.ts';
import {
  describeBytes,
  indexOf,
  referrerOf,
  sampleDockerArchive,
  sampleImage,
  type SampleImage,
  sampleIndexLayout,
  sampleLayout,
  tempFolder,
} from './testing/sample-image.ts';

const copy = async (from: string, to: string, more: Partial<CopyOptions> = {}) =>
  copyImage(await parseSource(from), parseDestination(to), { tempDir: tempFolder(), registry: testOptions(), ...more });
const newFolder = () => join(tempFolder(), 'copy');
const twoPlatforms = async () => [
  await sampleImage('linux/arm64', ['arm']),
  await sampleImage('linux/amd64', ['amd', 'x']),
];

/** Hangs an SBOM on an image, and a signature on the SBOM. */
async function addReferrers(folder: string, image: SampleImage): Promise<{ sbom: Buffer; signature: Buffer }> {
  const layout = await createLayout(folder);
  await layout.putBytes(Buffer.from('{}'));
  const payload = Buffer.from('"payload"');
  await layout.putBytes(payload);
  const sbom = referrerOf(image.descriptor, 'example/sbom', payload);
  const signature = referrerOf(describeBytes(sbom, OCI_MANIFEST), 'example/signature', payload);
  for (const one of [sbom, signature]) await layout.putManifest(one, OCI_MANIFEST);
  return { sbom, signature };
}

describe('copy', () => {
  test('a whole index goes through a registry and back with the same bytes', async () => {
    const images = await twoPlatforms();
    const from = await sampleIndexLayout(images);
    const fake = await startRegistry();
    const name = `registry:${fake.host}/team/app:v1`;
    const pushed = await copy(from, name);
    expect(pushed).toEqual({
      digest: digestOf(indexOf(images)),
      mediaType: 'application/vnd.oci.image.index.v1+json',
      documents: 3,
      copiedBlobs: 5,
      presentBlobs: 0,
      copiedBytes: images.flatMap((one) => [one.config, ...one.layers]).reduce((sum, one) => sum + one.length, 0),
      foreignLayers: 0,
    });
    const to = newFolder();
    expect((await copy(name, `oci-dir:${to}:v1`)).digest).toBe(pushed.digest);
    const image = await openImage(await parseSource(`oci-dir:${to}:v1`), { tempDir: '/', platform: 'linux/arm64' });
    expect(image.manifest).toEqual(images[0]?.manifest);
    const root = await (await openLayoutStore(folderMembers(to), {}, to)).root(undefined);
    expect(root.annotations?.[IMAGE_NAME]).toBe(`${fake.host}/team/app:v1`);
  });

  test('an image in a registry opens with remote layers', async () => {
    const images = await twoPlatforms();
    const fake = await startRegistry();
    await copy(await sampleIndexLayout(images), `registry:${fake.host}/team/app:v1`);
    const source = await parseSource(`registry:${fake.host}/team/app:v1`);
    const image = await openImage(source, { tempDir: '/', registry: testOptions(), platform: 'linux/amd64' });
    expect(image.indexDigest).toBe(digestOf(indexOf(images)));
    expect(image.layers.map((layer) => layer.file)).toEqual([undefined, undefined]);
    const chunks = [];
    for await (const chunk of image.layers[1]?.open() ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(images[1]?.layers[1]);
    await image.close();
  });

  test('one platform alone keeps its manifest', async () => {
    const images = await twoPlatforms();
    const to = newFolder();
    const result = await copy(await sampleIndexLayout(images), `oci-dir:${to}`, { platform: 'linux/arm64' });
    expect(result).toMatchObject({ digest: images[0]?.descriptor.digest, documents: 1, copiedBlobs: 2 });
  });

  test('what is there already is not sent again', async () => {
    const from = await sampleIndexLayout(await twoPlatforms());
    const fake = await startRegistry();
    await copy(from, `registry:${fake.host}/team/app:v1`);
    fake.seen.length = 0;
    expect(await copy(from, `registry:${fake.host}/team/app:v2`)).toMatchObject({ copiedBlobs: 0, presentBlobs: 5 });
    expect(fake.seen.filter((one) => one.method === 'POST')).toEqual([]);
    expect(fake.tags.get('team/app:v2')).toBe(fake.tags.get('team/app:v1'));
  });

  test.each([
    ['with the API', {}],
    ['with fallback tags', { noReferrersApi: true }],
  ])('referrers, and referrers of referrers, go along when asked, %s', async (_, faults) => {
    const image = await sampleImage();
    const from = await sampleLayout(image);
    const { sbom, signature } = await addReferrers(from, image);
    const { fake, client } = await registryAndClient(faults);
    const name = `registry:${fake.host}/team/app:v1`;
    expect((await copy(`${from}:v1`, name)).documents).toBe(1);
    expect((await copy(`${from}:v1`, name, { referrers: true })).documents).toBe(3);
    const found = await client.referrers('team/app', image.descriptor.digest);
    expect(found.map((one) => one.digest)).toEqual([digestOf(sbom)]);

    const to = newFolder();
    expect((await copy(name, `oci-dir:${to}:v1`, { referrers: true })).documents).toBe(3);
    const store = await openStore(await parseSource(to), { tempDir: '/' });
    expect((await store.root(undefined)).digest).toBe(image.descriptor.digest);
    expect((await store.referrers(digestOf(sbom)))[0]?.digest).toBe(digestOf(signature));
    expect((await openImage(await parseSource(to), { tempDir: '/' })).manifestDigest).toBe(image.descriptor.digest);
  });

  test('an archive of an old engine gets a manifest that is always the same', async () => {
    const sample = await sampleImage();
    const results = [];
    for (let i = 0; i < 2; i++) {
      const to = newFolder();
      results.push(await copy(`docker-archive:${await sampleDockerArchive(sample)}`, `oci-dir:${to}`));
      const image = await openImage(await parseSource(to), { tempDir: '/' });
      expect(image.configDigest).toBe(digestOf(sample.config));
      expect(image.layers.map((layer) => layer.digest)).toEqual(sample.diffIds);
    }
    expect(results[0]).toEqual(results[1]);
  });

  test('a layout that lacks a blob is not copied, and the destination names nothing', async () => {
    const image = await sampleImage();
    const from = await sampleLayout(image);
    rmSync(join(from, blobMember(digestOf(image.layers[1] as Buffer))));
    const fake = await startRegistry();
    await expect(copy(from, `registry:${fake.host}/team/app:v1`)).rejects.toMatchObject({ code: 'OCI_BLOB_MISSING' });
    expect(fake.tags.size).toBe(0);
  });

  test('a registry that sends other bytes does not get them into a layout', async () => {
    const image = await sampleImage();
    const fake = await startRegistry();
    await copy(await sampleLayout(image), `registry:${fake.host}/team/app:v1`);
    const layer = digestOf(image.layers[0] as Buffer);
    fake.blobs.set(layer, Buffer.alloc((image.layers[0] as Buffer).length));
    const to = newFolder();
    await expect(copy(`registry:${fake.host}/team/app:v1`, `oci-dir:${to}:v1`)).rejects.toMatchObject({
      code: 'OCI_DIGEST_MISMATCH',
    });
    await expect(openImage(await parseSource(to), { tempDir: '/' })).rejects.toMatchObject({
      code: 'OCI_NOT_AN_IMAGE',
    });
  });

  test('a destination that names a digest takes no other image', async () => {
    const fake = await startRegistry();
    const from = await sampleLayout(await sampleImage());
    await expect(copy(from, `registry:${fake.host}/team/app@${digestOf('other')}`)).rejects.toMatchObject({
      code: 'OCI_DIGEST_MISMATCH',
    });
  });

  test('blobs of the same registry are mounted, not carried', async () => {
    const fake = await startRegistry({ hidesBlobsOf: 'prod/app' });
    await copy(await sampleLayout(await sampleImage()), `registry:${fake.host}/team/app:v1`);
    fake.seen.length = 0;
    await copy(`registry:${fake.host}/team/app:v1`, `registry:${fake.host}/prod/app:v1`);
    const touched = fake.seen.filter((one) => one.path.includes('/blobs/') && one.method !== 'HEAD');
    expect(touched.map((one) => one.method)).toEqual(['POST', 'POST', 'POST']);
    expect(touched.every((one) => one.path.endsWith('&from=team/app'))).toBe(true);
  });

  test('foreign layers stay behind and are counted', async () => {
    const image = await sampleImage('linux/amd64', ['one']);
    const folder = newFolder();
    const layout = await createLayout(folder);
    await layout.putBytes(image.config);
    const foreign = describeBytes(Buffer.from('x'), 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip');
    const manifest = { schemaVersion: 2, config: describeBytes(image.config, OCI_CONFIG), layers: [foreign] };
    await layout.putManifest(Buffer.from(JSON.stringify(manifest)), OCI_MANIFEST);
    expect(await copy(folder, `oci-dir:${newFolder()}`)).toMatchObject({ foreignLayers: 1, copiedBlobs: 1 });
  });
});
