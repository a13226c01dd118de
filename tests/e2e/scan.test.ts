import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Component, Inventory } from '@stella-ops/engine-inventory';
import {
  type ApplicationParts,
  describeNeeding,
  type RealImages,
  realImages,
  stella,
  temporaryFolder,
} from '@stella-ops/testkit';
import { beforeAll, expect, test } from 'vitest';

describeNeeding(
  ['docker', 'debootstrap', 'python', 'go', 'skopeo'],
  'what a scan finds is what the package managers say',
  () => {
    let images: RealImages;
    let inventory: Inventory;

    beforeAll(async () => {
      images = realImages();
      inventory = await scan(`docker-archive:${images.vulnerable}`);
    });

    const of = (type: string): Component[] => inventory.components.filter((component) => component.type === type);

    test('Debian: every installed package with version, architecture and source, and no other', () => {
      const format = '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n';
      const admin = join(images.debianRoot, 'var/lib/dpkg');
      const said = execFileSync('dpkg-query', [`--admindir=${admin}`, '-W', '-f', format], { encoding: 'utf8' });
      const found = of('deb').map((one) =>
        [
          one.name,
          one.version,
          one.architecture,
          one.source?.name ?? one.name,
          one.source?.version ?? one.version,
        ].join('\t'),
      );
      expect(found.sort()).toEqual(said.trim().split('\n').sort());
      expect(found.length).toBeGreaterThan(70);
      expect(inventory.distro).toMatchObject({ id: 'debian', versionId: '12', codename: 'bookworm' });
    });

    test('npm: every package that npm installed, and not the one that a later layer removed', () => {
      const found = of('npm').map((one) => `${one.name}@${one.version}`);
      expect([...found].sort()).toEqual(npmInstalled(images.vulnerableParts));
      expect(found).not.toContain('gone@9.9.9');
      expect(found).toContain('@hapi/hoek@8.5.0');
    });

    test('Python: every distribution that pip installed', () => {
      const said = JSON.parse(
        execFileSync('python3', ['-m', 'pip', 'list', '--path', images.vulnerableParts.python, '--format', 'json'], {
          encoding: 'utf8',
        }),
      ) as { name: string; version: string }[];
      const found = of('pypi').map((one) => `${normal(one.name)}@${one.version}`);
      expect(found.sort()).toEqual(said.map((one) => `${normal(one.name)}@${one.version}`).sort());
    });

    test('Go: the modules and the toolchain that the binary names', () => {
      const said = execFileSync('go', ['version', '-m', images.vulnerableParts.goBinary], { encoding: 'utf8' });
      const modules = [...said.matchAll(/^\tdep\t(\S+)\t(\S+)/gm)].map(([, path, version]) => `${path}@${version}`);
      const toolchain = /go(\d[\w.]*)/.exec(said.split('\n')[0] ?? '')?.[1];
      const found = of('golang').map((one) => `${one.name}@${one.version}`);
      for (const module of modules) expect(found).toContain(module);
      expect(found.some((one) => one.startsWith('stdlib@') && one.includes(toolchain ?? 'none'))).toBe(true);
      // The program itself is a module without a version; nothing else may be there.
      expect(
        found.filter(
          (one) => !modules.includes(one) && !one.startsWith('stdlib@') && !one.startsWith('shop.example/shop'),
        ),
      ).toEqual([]);
    });

    test('nothing was passed over without a word', () => {
      expect(inventory.gaps).toEqual([]);
      expect(new Set(inventory.components.map((one) => one.type))).toEqual(new Set(['deb', 'golang', 'npm', 'pypi']));
    });

    test('every component names the layer it came from', () => {
      const layers = new Set(inventory.layers.map((layer) => layer.digest));
      for (const component of inventory.components) {
        expect(component.locations.length, component.ref).toBeGreaterThan(0);
        for (const { layer } of component.locations) expect(layers, component.ref).toContain(layer);
      }
    });

    test('the same image through the Engine, as an OCI layout and as an OCI archive has the same components', async () => {
      const folder = temporaryFolder('layout');
      const copy = (to: string): void =>
        void execFileSync('skopeo', ['copy', '--insecure-policy', `docker-archive:${images.vulnerable}`, to], {
          stdio: 'ignore',
        });
      copy(`oci:${folder}/shop:1`);
      copy(`oci-archive:${folder}/shop.tar:1`);
      // The archive may be of an earlier run, and the Engine new.
      execFileSync('docker', ['load', '-i', images.vulnerable], { stdio: 'ignore' });
      const name = JSON.parse(readManifest(images.vulnerable))[0].RepoTags[0] as string;
      const refs = (one: Inventory): string[] => one.components.map((component) => component.ref);
      for (const source of [`oci-dir:${folder}/shop:1`, `oci-archive:${folder}/shop.tar:1`, `docker:${name}`]) {
        expect(refs(await scan(source)), source).toEqual(refs(inventory));
      }
    });

    test('from the cache comes the same inventory, byte for byte', async () => {
      const env = { STELLA_CACHE_DIR: temporaryFolder('cache') };
      const first = await stella(['scan', `docker-archive:${images.fixed}`, '--format', 'json'], { env });
      const second = await stella(['scan', `docker-archive:${images.fixed}`, '--format', 'json'], { env });
      const without = await stella(['scan', `docker-archive:${images.fixed}`, '--format', 'json', '--no-cache'], {
        env,
      });
      expect(second.stdout).toBe(first.stdout);
      expect(componentsOf(without.stdout)).toEqual(componentsOf(first.stdout));
    });
  },
);

const componentsOf = (json: string): unknown => (JSON.parse(json) as Inventory).components;
const normal = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

async function scan(source: string): Promise<Inventory> {
  const run = await stella(['scan', source, '--format', 'json']);
  expect(run, run.stderr).toMatchObject({ exit: 0 });
  return JSON.parse(run.stdout) as Inventory;
}

/** What lies in node_modules by npm's own lockfile of the installed tree. */
function npmInstalled(parts: ApplicationParts): string[] {
  const lock = JSON.parse(readFileSync(join(parts.npm, 'node_modules', '.package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; name?: string }>;
  };
  expect(readdirSync(join(parts.npm, 'node_modules')).length).toBeGreaterThan(10);
  const names = Object.entries(lock.packages).map(
    ([path, entry]) => `${entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${entry.version}`,
  );
  return [...new Set(names)].sort();
}

function readManifest(archive: string): string {
  return execFileSync('tar', ['-xOf', archive, 'manifest.json'], { encoding: 'utf8' });
}
