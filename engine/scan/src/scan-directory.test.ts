import { canonicalJson } from '@stella-ops/engine-kernel';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OpenFile } from './directory/open-file.ts';
import { walkDirectory } from './directory/walk-directory.ts';
import { scanDirectory } from './scan-directory.ts';
import { scanImage } from './scan-image.ts';
import { tinyElf } from './testing/tiny-elf.ts';
import { tinyImage } from './testing/tiny-image.ts';
import { directory, egg, file, hardlink, npmPackage, symlink, type TinyEntry } from './testing/tiny-tar.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'scan-directory-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function unpack(entries: readonly TinyEntry[]): void {
  for (const { path, flag, link = '', body = '' } of entries) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    if (flag === '5') mkdirSync(place);
    else if (flag === '2') symlinkSync(link, place);
    else if (flag === '1') linkSync(join(root, link), place);
    else writeFileSync(place, body);
  }
}

test('a directory is found to hold what an image of it holds', async () => {
  const entries = [
    file('usr/lib/os-release', 'ID=debian\nVERSION_ID=12\n'),
    directory('etc'),
    symlink('etc/os-release', '../usr/lib/os-release'),
    directory('var'),
    symlink('var/lib', '/x/y/z'),
    file('x/y/z/dpkg/status', 'Package: bash\nVersion: 5\n'),
    npmPackage('srv', 'a', { dependencies: { b: '1' } }),
    npmPackage('srv', 'b'),
    egg('opt/e'),
    hardlink('opt/f.egg-info', 'opt/e.egg-info'),
    file('bin/tool', tinyElf(300_000)),
    file('lib/apk/db/installed'),
  ];
  unpack(entries);
  const { inventory, stats } = await scanDirectory(root, { name: 'root' });
  const image = (await scanImage(tinyImage([entries]))).inventory;
  const withoutLayers = { ...image, layers: [], subject: { kind: 'directory', name: 'root' } };
  expect(JSON.parse(canonicalJson(inventory))).toEqual(
    JSON.parse(canonicalJson(withoutLayers), (key, value: unknown) => (key === 'layer' ? undefined : value)),
  );
  expect(inventory.components.map(({ name }) => name)).toContain('bash');
  expect(stats.bytesRead).toBeLessThan(300_000 + 2000);
});

test('links out of the directory are not followed', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'scan-outside-'));
  writeFileSync(join(outside, 'status'), 'Package: outside\nVersion: 1\n');
  mkdirSync(join(root, 'var/lib'), { recursive: true });
  symlinkSync(outside, join(root, 'var/lib/dpkg'));
  symlinkSync(join(outside, 'status'), join(root, 'y.egg-info'));
  const { inventory } = await scanDirectory(root);
  rmSync(outside, { recursive: true });
  expect(inventory.components).toEqual([]);
  expect(inventory.gaps).toMatchObject([{ code: 'FILE_UNREADABLE', path: 'y.egg-info' }]);
});

test('a loop of links ends', async () => {
  symlinkSync('..', join(root, 'up'));
  symlinkSync('.', join(root, 'here'));
  unpack([egg('a')]);
  const { inventory, stats } = await scanDirectory(root);
  expect(inventory.components).toHaveLength(1);
  expect(stats.entries).toBe(3);
});

test('excluded paths are left out with what is below them', async () => {
  unpack([egg('a/x'), egg('ab/y', 'y'), egg('b/a/z', 'z')]);
  const { inventory } = await scanDirectory(root, { exclude: ['a'] });
  expect(inventory.components.map(({ name }) => name)).toEqual(['y', 'z']);
});

test('a project tree has no system to be unknown, but lock files that nobody read', async () => {
  unpack([file('package-lock.json', '{}'), file('sub/go.mod'), npmPackage('', 'a'), file('node_modules/a/yarn.lock')]);
  const { inventory } = await scanDirectory(root);
  expect(inventory.gaps).toEqual([
    {
      code: 'LOCKFILES_UNSUPPORTED',
      path: 'package-lock.json',
      detail: '2 files not read yet: lock files and manifests; this is the first one',
    },
  ]);
});

test('a limit on entries is an error', async () => {
  unpack([egg('a'), egg('b'), egg('c')]);
  await expect(scanDirectory(root, { limits: { maxEntries: 2 } })).rejects.toMatchObject({
    code: 'DIRECTORY_TOO_LARGE',
    exit: 2,
  });
});

test('what goes away during the walk is told, the rest is read', async () => {
  unpack([egg('gone/a'), egg('b'), egg('c', 'c')]);
  const seen: string[] = [];
  const unreadable = await walkDirectory(
    root,
    new OpenFile(),
    {
      wants: (type, path, start, end) => {
        const text = Buffer.from(path.subarray(start, end)).toString();
        if (text === 'gone') rmSync(join(root, text), { recursive: true });
        if (text === 'b.egg-info') rmSync(join(root, text));
        return type === 'file';
      },
      onEntry: ({ path }) => {
        seen.push(path);
        return undefined;
      },
    },
    { exclude: new Set(), onEntry: () => undefined },
  );
  expect(seen).toEqual(['c.egg-info']);
  expect(unreadable.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: 'b.egg-info', reason: 'ENOENT' },
    { path: 'gone', reason: 'ENOENT' },
  ]);
});

describe('no directory', () => {
  test('a missing one', async () => {
    await expect(scanDirectory(join(root, 'none'))).rejects.toMatchObject({ code: 'DIRECTORY_NOT_FOUND', exit: 4 });
  });
  test('a file', async () => {
    writeFileSync(join(root, 'f'), '');
    await expect(scanDirectory(join(root, 'f'))).rejects.toMatchObject({ code: 'DIRECTORY_NOT_FOUND' });
  });
});
