import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { canonicalBytes, digestOf, sortedUnique } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { writeLayoutArchive } from './layout-archive.ts';
import { blobMember, REF_NAME } from './layout-format.ts';
import { openLayoutStore } from './layout-store.ts';
import { createLayout } from './layout-writer.ts';
import { OCI_CONFIG, OCI_MANIFEST } from './media-types.ts';
import { folderMembers } from './members.ts';
import { openImage } from './open-image.ts';
import { parseSource } from './source.ts';
import { indexTar } from './tar-index.ts';
import {
  describeBytes,
  putBlobs,
  referrerOf,
  sampleImage,
  type SampleImage,
  sampleIndexLayout,
  sampleLayout,
  tempFolder,
} from './testing/sample-image.ts';

const indexOfLayout = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    manifests: { digest: string; annotations?: Record<string, string>; custom?: string }[];
  };
const tags = (folder: string) => indexOfLayout(folder).manifests.map((one) => one.annotations?.[REF_NAME]);

describe('layout writer', () => {
  test('the same images in another order give the same index.json', async () => {
    const images = [await sampleImage('linux/amd64', ['a']), await sampleImage('linux/amd64', ['b'])];
    const written = [];
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const folder = join(tempFolder(), 'layout');
      const layout = await createLayout(folder);
      for (const i of order) {
        const image = images[i] as SampleImage;
        await putBlobs(layout, image);
        await layout.putManifest(image.manifest, OCI_MANIFEST, { tag: `v${i}` });
      }
      written.push(readFileSync(join(folder, 'index.json'), 'utf8'));
    }
    expect(written[0]).toBe(written[1]);
    expect(canonicalBytes(JSON.parse(written[0] ?? '')).toString()).toBe(written[0]);
  });

  test('a tag moves to the newer image, other entries stay as they are', async () => {
    const folder = await sampleLayout(await sampleImage('linux/amd64', ['old']), 'v1');
    const index = indexOfLayout(folder);
    const kept = { ...index.manifests[0], annotations: { [REF_NAME]: 'v0' }, custom: 'kept' };
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ ...index, manifests: [...index.manifests, kept] }));
    const fresh = await sampleImage('linux/amd64', ['new']);
    const layout = await createLayout(folder);
    await putBlobs(layout, fresh);
    await layout.putManifest(fresh.manifest, OCI_MANIFEST, { tag: 'v1' });
    await layout.putManifest(fresh.manifest, OCI_MANIFEST, { tag: 'v1' });
    expect(tags(folder)).toEqual(['v0', 'v1']);
    expect(indexOfLayout(folder).manifests.map((one) => one.custom)).toEqual(['kept', undefined]);
    expect(indexOfLayout(folder).manifests[1]?.digest).toBe(fresh.descriptor.digest);
  });

  test('a stream that is not what was announced leaves nothing behind', async () => {
    const folder = join(tempFolder(), 'layout');
    const layout = await createLayout(folder);
    const right = Buffer.from('right');
    const descriptor = describeBytes(right, 'x/y');
    const put = (text: string) => layout.putBlob(descriptor, Readable.from([Buffer.from(text)]));
    await expect(put('wrong')).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
    await expect(put('short')).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
    await expect(put('too long')).rejects.toMatchObject({ code: 'OCI_SIZE_MISMATCH' });
    expect(readdirSync(join(folder, 'blobs', 'sha256'))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
    await put('right');
    expect(await layout.hasBlob(descriptor)).toBe(true);
  });

  test('a blob that went bad on disk does not count as present', async () => {
    const folder = join(tempFolder(), 'layout');
    const layout = await createLayout(folder);
    const stored = await layout.putBytes(Buffer.from('right'));
    writeFileSync(join(folder, blobMember(stored.digest)), 'wrong');
    expect(await layout.hasBlob(stored)).toBe(false);
    await layout.putBytes(Buffer.from('right'));
    expect(await layout.hasBlob(stored)).toBe(true);
  });

  test('a folder with something else in it is not made a layout', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await expect(createLayout(folder)).rejects.toMatchObject({ code: 'OCI_LAYOUT_NOT_EMPTY' });
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    expect(readdirSync(folder)).not.toContain('index.json');
  });

  test('what a killed writer left behind is swept, and the layout goes on', async () => {
    const folder = join(tempFolder(), 'layout');
    mkdirSync(join(folder, '.incoming-x'), { recursive: true });
    writeFileSync(join(folder, '.incoming-x', 'file'), 'half');
    writeFileSync(join(folder, 'oci-layout'), '');
    await createLayout(folder);
    mkdirSync(join(folder, '.incoming-y'));
    await createLayout(folder);
    expect(readdirSync(folder).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  test('a folder that cannot be written is said to be one', async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    await expect(createLayout(join(file, 'layout'))).rejects.toMatchObject({ code: 'OCI_WRITE_FAILED' });
  });

  test('a tag that is none is refused', async () => {
    const layout = await createLayout(join(tempFolder(), 'layout'));
    const put = layout.putManifest(Buffer.from('{}'), OCI_MANIFEST, { tag: '../x' });
    await expect(put).rejects.toMatchObject({ code: 'OCI_REFERENCE_INVALID' });
  });

  test('what hangs on an image is found by its subject and by its type', async () => {
    const sample = await sampleImage();
    const folder = await sampleLayout(sample);
    const layout = await createLayout(folder);
    for (const kind of ['example/sbom', 'example/signature']) {
      const payload = Buffer.from(`"${kind}"`);
      await layout.putBytes(payload);
      await layout.putManifest(referrerOf(sample.descriptor, kind, payload), OCI_MANIFEST);
    }
    const store = await openLayoutStore(folderMembers(folder), {}, folder);
    const all = await store.referrers(sample.descriptor.digest);
    expect(sortedUnique(all.map((one) => one.artifactType ?? ''))).toEqual(['example/sbom', 'example/signature']);
    const signatures = await store.referrers(sample.descriptor.digest, 'example/signature');
    expect(signatures).toHaveLength(1);
    expect(signatures[0]?.annotations).toEqual({ 'example.kind': 'example/signature' });
    expect(await store.referrers(digestOf('other'))).toEqual([]);
  });
});

describe('layout archive', () => {
  test('equal layouts give equal bytes', async () => {
    const images = [await sampleImage('linux/arm64', ['a']), await sampleImage('linux/amd64', ['b'])];
    const first = await buffer(writeLayoutArchive(await sampleIndexLayout(images)));
    const second = await buffer(writeLayoutArchive(await sampleIndexLayout(images)));
    expect(digestOf(first)).toBe(digestOf(second));
  });

  test('is read back as the same image, and tells an engine of one platform by name', async () => {
    const images = [await sampleImage('linux/arm64', ['a']), await sampleImage('linux/amd64', ['b'])];
    const path = join(tempFolder(), 'image.tar');
    writeFileSync(path, await buffer(writeLayoutArchive(await sampleIndexLayout(images))));
    const tempDir = tempFolder();
    const asLayout = await openImage(await parseSource(`oci-archive:${path}`), { tempDir, platform: 'linux/arm64' });
    expect(asLayout.manifestDigest).toBe(images[0]?.descriptor.digest);
    const asDocker = await openImage(await parseSource(`docker-archive:${path}:registry.example/team/app:v1`), {
      tempDir,
    });
    expect(asDocker.manifestDigest).toBe(images[1]?.descriptor.digest);
    expect(asDocker.indexDigest).toBe(asLayout.indexDigest);
  });

  test('leaves artifacts out of what engines are told, but keeps their blobs', async () => {
    const sample = await sampleImage();
    const folder = await sampleLayout(sample);
    const layout = await createLayout(folder);
    const payload = await layout.putBytes(Buffer.from('"sbom"'));
    const referrer = referrerOf(sample.descriptor, 'example/sbom', Buffer.from('"sbom"'));
    await layout.putManifest(referrer, OCI_MANIFEST);
    const path = join(tempFolder(), 'image.tar');
    writeFileSync(path, await buffer(writeLayoutArchive(folder)));
    const index = await indexTar(path, path);
    const { offset, size } = index.find('manifest.json') ?? { offset: 0, size: 0 };
    const entries: unknown = JSON.parse(
      readFileSync(path)
        .subarray(offset, offset + size)
        .toString(),
    );
    expect(entries).toHaveLength(1);
    expect(index.find(blobMember(payload.digest))).toBeDefined();
    expect(index.find(blobMember(digestOf(referrer)))).toBeDefined();
  });

  test('leaves images with foreign layers out of what engines are told', async () => {
    const sample = await sampleImage('linux/amd64', ['one']);
    const folder = join(tempFolder(), 'layout');
    const layout = await createLayout(folder);
    await layout.putBytes(sample.config);
    const foreign = describeBytes(Buffer.from('x'), 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip');
    const manifest = { schemaVersion: 2, config: describeBytes(sample.config, OCI_CONFIG), layers: [foreign] };
    await layout.putManifest(Buffer.from(JSON.stringify(manifest)), OCI_MANIFEST);
    const path = join(tempFolder(), 'image.tar');
    writeFileSync(path, await buffer(writeLayoutArchive(folder)));
    const { offset, size } = (await indexTar(path, path)).find('manifest.json') ?? { offset: 0, size: 0 };
    expect(
      readFileSync(path)
        .subarray(offset, offset + size)
        .toString(),
    ).toBe('[]');
  });

  test('a blob that went bad ends the archive with an error', async () => {
    const sample = await sampleImage();
    const folder = await sampleLayout(sample);
    const layer = sample.layers[0] as Buffer;
    writeFileSync(join(folder, blobMember(digestOf(layer))), Buffer.alloc(layer.length));
    await expect(buffer(writeLayoutArchive(folder))).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
  });

  test('stray files of a layout stay out', async () => {
    const folder = await sampleIndexLayout([await sampleImage()]);
    mkdirSync(join(folder, '.incoming-x'));
    writeFileSync(join(folder, 'blobs', 'sha256', 'note'), 'x');
    const path = join(tempFolder(), 'image.tar');
    writeFileSync(path, await buffer(writeLayoutArchive(folder)));
    const index = await indexTar(path, path);
    expect(index.find('blobs/sha256/note')).toBeUndefined();
    expect(index.find('index.json')).toBeDefined();
  });
});
