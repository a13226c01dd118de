import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { writeTar } from '@stella-ops/engine-archive';
import { canonicalBytes, type Digest, digestOf, fixedClock } from '@stella-ops/engine-kernel';
import {
  copyImage,
  createLayout,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  openImage,
  parseDestination,
  parseSource,
  registryClient,
  type RegistryOptions,
  writeLayoutArchive,
} from '@stella-ops/engine-oci';
import { describeNeeding, type DockerRegistry, startDockerRegistry } from '@stella-ops/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const LAYER_BYTES = 3_000_000;

/** Bytes that do not compress, the same in every run. */
function noise(seed: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, i) =>
    createHash('sha256').update(`${seed}${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

/** A layout of one index over two platforms, with an SBOM hung on the index, made without the package's own helpers. */
async function writeSampleLayout(folder: string) {
  const layout = await createLayout(folder);
  const describe = (bytes: Uint8Array, mediaType: string) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    const content = noise(architecture, LAYER_BYTES);
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeTar([{ path: 'usr/share/noise', content }])) chunks.push(chunk);
    const tar = Buffer.concat(chunks);
    const layer = gzipSync(tar, { level: 1 });
    const config = canonicalBytes({
      os: 'linux',
      architecture,
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    });
    const manifest = canonicalBytes({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: describe(config, OCI_CONFIG),
      layers: [describe(layer, `${OCI_LAYER}+gzip`)],
    });
    for (const bytes of [config, layer, manifest]) await layout.putBytes(bytes);
    manifests.push({ ...describe(manifest, OCI_MANIFEST), platform: { os: 'linux', architecture } });
  }
  const index = canonicalBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
  const root = await layout.putManifest(index, OCI_INDEX, { tag: 'v1', name: 'stella-e2e.example/app:v1' });
  const sbom = Buffer.from('{"bomFormat":"CycloneDX"}');
  const empty = Buffer.from('{}');
  for (const bytes of [sbom, empty]) await layout.putBytes(bytes);
  const referrer = canonicalBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: 'application/vnd.cyclonedx+json',
    config: describe(empty, 'application/vnd.oci.empty.v1+json'),
    layers: [describe(sbom, 'application/vnd.cyclonedx+json')],
    subject: describe(index, OCI_INDEX),
  });
  await layout.putManifest(referrer, OCI_MANIFEST);
  return { digest: root.digest, platforms: manifests.map((one) => one.digest), referrer: digestOf(referrer) };
}

describeNeeding(['registry', 'skopeo'], 'registry', () => {
  let folder = '';
  let open: DockerRegistry;
  let closed: DockerRegistry;
  let layout = '';
  let written: { digest: Digest; platforms: Digest[]; referrer: Digest };
  const options: RegistryOptions = {
    clock: fixedClock('2026-01-01T00:00:00Z'),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    credentials: () => ({ kind: 'basic', username: 'deploy', password: 'open sesame' }),
  };
  const copy = async (from: string, to: string, more: { referrers?: boolean; platform?: string } = {}) =>
    copyImage(await parseSource(from), parseDestination(to), { tempDir: folder, registry: options, ...more });
  const skopeo = async (...args: string[]) => (await run('skopeo', args, { encoding: 'utf8' })).stdout;
  const inspect = async (...args: string[]) =>
    JSON.parse(await skopeo('inspect', ...args)) as { Digest: Digest; Layers: Digest[]; Architecture: string };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-registry-'));
    layout = join(folder, 'layout');
    written = await writeSampleLayout(layout);
    open = await startDockerRegistry(join(folder, 'open'));
    closed = await startDockerRegistry(join(folder, 'closed'), true);
  });
  afterAll(async () => {
    for (const registry of [open, closed]) await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('an image pushed and pulled back has the same digests, its referrers too', async () => {
    for (const { host } of [open, closed]) {
      const name = `registry:${host}/team/app:v1`;
      const pushed = await copy(`${layout}:v1`, name, { referrers: true });
      expect(pushed).toMatchObject({ digest: written.digest, documents: 4 });
      const back = join(folder, `back-${host.replace(':', '-')}`);
      expect(await copy(name, `oci-dir:${back}:v1`, { referrers: true })).toMatchObject({
        digest: written.digest,
        documents: 4,
        copiedBytes: pushed.copiedBytes,
      });
      for (const digest of [written.digest, ...written.platforms, written.referrer]) {
        const blob = join('blobs', 'sha256', digest.slice('sha256:'.length));
        expect(readFileSync(join(back, blob))).toEqual(readFileSync(join(layout, blob)));
      }
    }
  });

  test('a registry without the referrers API keeps the list under the fallback tag', async () => {
    await copy(`${layout}:v1`, `registry:${open.host}/team/fallback:v1`, { referrers: true });
    const client = registryClient(open.host, options);
    const found = await client.referrers('team/fallback', written.digest, 'application/vnd.cyclonedx+json');
    expect(found.map((one) => one.digest)).toEqual([written.referrer]);
    expect(await client.listTags('team/fallback')).toEqual(
      expect.arrayContaining([`sha256-${written.digest.slice('sha256:'.length)}`, 'v1']),
    );
    client.close();
  });

  test('a registry that asks for a password lets nobody else in', async () => {
    const wrong: RegistryOptions = { ...options, credentials: () => ({ kind: 'anonymous' }) };
    const client = registryClient(closed.host, wrong);
    await expect(client.listTags('team/app')).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', exit: 3 });
    client.close();
  });

  test('blobs go up in chunks, and are mounted from another repository', async () => {
    const chunked = { ...options, chunkBytes: 1_000_000 };
    const source = await parseSource(`${layout}:v1`);
    const more = { tempDir: folder, registry: chunked };
    const pushed = await copyImage(source, parseDestination(`registry:${open.host}/team/chunks:v1`), more);
    expect(pushed.copiedBytes).toBeGreaterThan(2 * LAYER_BYTES);
    const other = await copy(`registry:${open.host}/team/chunks:v1`, `registry:${open.host}/prod/app:v1`);
    expect(other.digest).toBe(written.digest);
    expect((await inspect('--tls-verify=false', `docker://${open.host}/prod/app:v1`)).Digest).toBe(written.digest);
  });

  test('skopeo reads our layout and our archive', async () => {
    const found = await inspect('--override-arch', 'arm64', `oci:${layout}:v1`);
    expect(found).toMatchObject({ Digest: written.digest, Architecture: 'arm64' });
    const archive = join(folder, 'layout.tar');
    await pipeline(writeLayoutArchive(layout), createWriteStream(archive));
    const archived = await inspect('--override-arch', 'arm64', `oci-archive:${archive}:v1`);
    expect(archived.Layers).toEqual(found.Layers);
    const docker = await inspect(`docker-archive:${archive}`);
    expect(docker.Architecture).toBe('amd64');
  });

  test('what skopeo copies out of a registry opens here, as layout, as archive and as docker-archive', async () => {
    await copy(`${layout}:v1`, `registry:${open.host}/team/skopeo:v1`);
    const from = `docker://${open.host}/team/skopeo:v1`;
    const common = ['copy', '--src-tls-verify=false', '--override-arch', 'arm64', from];
    const target = (name: string) => join(folder, name);
    await skopeo(...common, `oci:${target('by-skopeo')}:v1`);
    await skopeo(...common, `oci-archive:${target('by-skopeo-oci.tar')}:v1`);
    await skopeo(...common, `docker-archive:${target('by-skopeo-docker.tar')}:team/app:v1`);
    for (const name of ['by-skopeo', 'by-skopeo-oci.tar', 'by-skopeo-docker.tar']) {
      const image = await openImage(await parseSource(target(name)), { tempDir: folder, platform: 'linux/arm64' });
      expect(image.layers[0]?.diffId, name).toMatch(/^sha256:/);
      if (!name.includes('docker')) expect(image.manifestDigest, name).toBe(written.platforms[1]);
      await image.close();
    }
  });
});
