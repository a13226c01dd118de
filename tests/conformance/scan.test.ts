import { gzipSync } from 'node:zlib';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Component, Gap } from '@stella-ops/engine-inventory';
import { writeTar } from '@stella-ops/engine-archive';
import type { Image } from '@stella-ops/engine-oci';
import { scanImage } from '@stella-ops/engine-scan';
import { corpusTar, describeNeeding } from '@stella-ops/testkit';
import { expect, test } from 'vitest';

/** An image of one layer with these files. */
async function imageOf(files: Readonly<Record<string, Uint8Array>>): Promise<Image> {
  const parts: Uint8Array[] = [];
  const members = Object.entries(files).map(([path, content]) => ({ path, content }));
  for await (const part of writeTar(members)) parts.push(part);
  const stored = gzipSync(Buffer.concat(parts), { level: 1 });
  const layer = {
    digest: digestOf(stored),
    digestIsDiffId: false,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    sizeBytes: stored.length,
    compression: 'gzip' as const,
    isForeign: false,
    async *open() {
      yield await Promise.resolve(stored);
    },
  };
  return {
    name: 'corpus',
    configDigest: digestOf('{}'),
    platform: { os: 'linux', architecture: 'amd64' },
    layers: [layer],
    config: Buffer.from('{}'),
    close: () => Promise.resolve(),
  };
}

async function scan(
  files: Readonly<Record<string, Uint8Array>>,
): Promise<{ components: readonly Component[]; gaps: readonly Gap[]; distro: string | undefined }> {
  const { inventory } = await scanImage(await imageOf(files));
  const { components, distro } = inventory;
  return {
    components,
    gaps: inventory.gaps.filter(({ code }) => code !== 'OS_UNKNOWN'),
    distro: distro && `${distro.id} ${distro.versionId ?? distro.codename ?? ''}`.trim(),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const named = (components: readonly Component[]): string[] =>
  components.map(({ name, version }) => `${name} ${version}`);

describeNeeding(['corpus'], 'package records of the corpus', () => {
  const files = corpusTar('scanners/lockfiles.tar.zst');

  test('every dpkg database gives the packages that a plain reading gives', async () => {
    let packages = 0;
    let databases = 0;
    for (const [path, bytes] of files) {
      if (!/\/dpkg\/(?:status$|status\.d\/[^.]*$|[a-z_]+$)/.test(path)) continue;
      const expected = new Set<string>();
      for (const entry of bytes.toString('utf8').split(/\n[ \t]*\n/)) {
        const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(entry)?.[1] ?? '';
        const isGone = /\b(?:config-files|not-installed)$/.test(field('Status'));
        if (field('Package') !== '' && field('Version') !== '' && !isGone) {
          expected.add(`${field('Package')} ${field('Version')}`);
        }
      }
      const { components } = await scan({ 'var/lib/dpkg/status': bytes });
      expect(new Set(named(components)), path).toEqual(expected);
      packages += expected.size;
      databases++;
    }
    console.log(`dpkg: ${packages} packages in ${databases} databases`);
    expect(databases).toBeGreaterThan(20);
  });

  test.each([
    ['invalid', ['line 1: neither a field nor the rest of one', 'line 3: neither a field nor the rest of one']],
    ['nopackage', ['line 5: an entry has no package name']],
    ['noversion', ['line 5: package acl has no version']],
    ['empty', []],
    ['statusfield', []],
  ])('the broken database "%s" is told with its lines', async (name, details) => {
    const bytes = files.get(`scalibr/os/dpkg/testdata/dpkg/${name}`) ?? expect.fail('not in the corpus');
    const { gaps } = await scan({ 'var/lib/dpkg/status': bytes });
    expect(gaps.map(({ code, detail }) => [code, detail])).toEqual(
      details.map((detail) => ['DPKG_STATUS_UNREADABLE', detail]),
    );
  });

  test('every Python metadata file is read or told', async () => {
    const counts = { read: 0, told: 0 };
    for (const [path, bytes] of files) {
      const isMetadata = /METADATA$|PKG-INFO$|\.egg-info$/.test(path) && /\/python\//.test(path);
      if (!isMetadata) continue;
      const header = bytes.toString('utf8').split(/\r?\n\r?\n/, 1)[0] ?? '';
      const [, name] = /^Name:\s*(\S+)/m.exec(header) ?? [];
      const [, version] = /^Version:\s*(\S+)/m.exec(header) ?? [];
      const { components, gaps } = await scan({ 'site/x.dist-info/METADATA': bytes });
      if (name !== undefined && version !== undefined) {
        expect(named(components), path).toEqual([`${name} ${version}`]);
        counts.read++;
      } else {
        expect(gaps, path).toMatchObject([{ code: 'PYTHON_METADATA_UNREADABLE' }]);
        counts.told++;
      }
    }
    console.log(`python: ${counts.read} read, ${counts.told} told`);
    expect(counts.read).toBeGreaterThan(10);
    expect(counts.told).toBeGreaterThan(0);
  });

  test('every package.json is read, passed over for lack of name or version, or told', async () => {
    const counts = { read: 0, passed: 0, told: 0 };
    for (const [path, bytes] of files) {
      if (!path.endsWith('package.json')) continue;
      let manifest: { name?: unknown; version?: unknown } | undefined;
      try {
        manifest = JSON.parse(bytes.toString('utf8')) as typeof manifest;
      } catch {
        // Told below.
      }
      const { components, gaps } = await scan({ 'node_modules/x/package.json': bytes });
      if (manifest === undefined) {
        expect(gaps, path).toMatchObject([{ code: 'NPM_MANIFEST_UNREADABLE' }]);
        counts.told++;
      } else if (isText(manifest.name) && isText(manifest.version)) {
        expect(named(components), path).toEqual([`${manifest.name} ${manifest.version}`]);
        counts.read++;
      } else {
        expect(components, path).toEqual([]);
        counts.passed++;
      }
    }
    console.log(`npm: ${counts.read} read, ${counts.passed} passed over, ${counts.told} told`);
    expect(counts.read).toBeGreaterThan(10);
    expect(counts.told).toBeGreaterThan(0);
  });
});

describeNeeding(['corpus'], 'distributions of the corpus', () => {
  const files = corpusTar('scanners/os-release.tar.zst');

  /** Each tree of the corpus as the files under its own root. */
  const trees = new Map<string, Record<string, Buffer>>();
  for (const [path, bytes] of files) {
    const [, tree, rest] = /^(.*?\/[^/]+)\/((?:etc|usr)\/.*)$/.exec(path) ?? [];
    if (tree === undefined || rest === undefined) continue;
    trees.set(tree, { ...trees.get(tree), [rest]: bytes });
  }

  test('releases named by their folders are recognised', async () => {
    let count = 0;
    for (const [tree, content] of trees) {
      const [, id, version] =
        /claircore\/(debian|ubuntu|alpine)\/testdata\/(?:distroless_)?(?:dist\/)?([\d.]+)$/.exec(tree) ?? [];
      if (id === undefined || version === undefined || Object.keys(content).every((path) => path === 'etc/issue'))
        continue;
      const { distro } = await scan(content);
      expect(distro?.startsWith(`${id} ${version}`), `${tree}: ${distro}`).toBe(true);
      count++;
    }
    console.log(`${count} releases of Debian, Ubuntu and Alpine recognised`);
    expect(count).toBeGreaterThan(30);
  });

  test('whatever names an ID is that distribution', async () => {
    let count = 0;
    for (const [tree, content] of trees) {
      const text = (content['etc/os-release'] ?? content['usr/lib/os-release'])?.toString('utf8') ?? '';
      const id = /^ID=["']?([\w.-]+)["']?\s*$/m.exec(text)?.[1];
      if (id === undefined) continue;
      expect((await scan(content)).distro?.split(' ')[0], tree).toBe(id.toLowerCase());
      count++;
    }
    expect(count).toBeGreaterThan(50);
  });
});
