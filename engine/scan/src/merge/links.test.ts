import { describe, expect, test } from 'vitest';
import { scanImage } from '../scan-image.ts';
import { tinyImage } from '../testing/tiny-image.ts';
import { directory, file, hardlink, symlink, type TinyEntry, whiteout } from '../testing/tiny-tar.ts';

const STATUS = file('var/lib/dpkg/status', 'Package: bash\nStatus: install ok installed\nVersion: 5\n');
const at = (path: string): TinyEntry => ({ ...STATUS, path });

async function scan(...layers: (readonly TinyEntry[])[]) {
  const { inventory } = await scanImage(tinyImage(layers));
  return {
    found: inventory.components.map(({ name, locations }) => `${name} ${locations.map(({ path }) => path).join()}`),
    gaps: inventory.gaps.filter(({ code }) => code !== 'OS_UNKNOWN').map(({ code }) => code),
    distro: inventory.distro?.id,
  };
}

/** Links on the way to a database that programs open by name. */
const REACHED: readonly (readonly [string, readonly (readonly TinyEntry[])[], string])[] = [
  ['its own place', [[STATUS]], 'var/lib/dpkg/status'],
  ['a linked file', [[symlink('var/lib/dpkg/status', '/opt/s'), at('opt/s')]], 'opt/s'],
  ['a relative link', [[symlink('var/lib/dpkg/status', '../../../opt/s'), at('opt/s')]], 'opt/s'],
  ['a linked directory', [[symlink('var/lib/dpkg', '../../opt/db'), at('opt/db/status')]], 'opt/db/status'],
  [
    'a linked directory near the root',
    [[symlink('var', 'mnt/v'), at('mnt/v/lib/dpkg/status')]],
    'mnt/v/lib/dpkg/status',
  ],
  [
    'links behind links',
    [[symlink('var', 'v'), symlink('v', '/w'), symlink('w/lib', 'l'), at('w/l/dpkg/status')]],
    'w/l/dpkg/status',
  ],
  [
    'links that nothing announced',
    [[symlink('var/lib/dpkg', '/a/b/c/d'), symlink('a/b/c/d', '../e'), symlink('a/b/e', 'f'), at('a/b/f/status')]],
    'a/b/f/status',
  ],
  [
    'more .. than there are directories',
    [[symlink('var/lib/dpkg', '../../../../../../opt'), at('opt/status')]],
    'opt/status',
  ],
  [
    'a link and its target in different layers',
    [[at('opt/db/status')], [symlink('var/lib/dpkg', '/opt/db')]],
    'opt/db/status',
  ],
  [
    'a target that a higher layer replaced',
    [[symlink('var/lib/dpkg', '/d'), file('d/status')], [at('d/status')]],
    'd/status',
  ],
  [
    'a hard link behind a link',
    [[symlink('var/lib/dpkg', '/d'), hardlink('d/status', 'x/y/z'), at('x/y/z')]],
    'd/status',
  ],
  [
    'a directory in the place of a link',
    [[symlink('var/lib/dpkg', '/d'), file('d/status', 'Package: old\nVersion: 1\n')], [STATUS]],
    'var/lib/dpkg/status',
  ],
  [
    'a deep directory in the place of a deep link',
    [[symlink('var', '/x/y/z/v'), symlink('x/y/z/v', '/gone')], [at('x/y/z/v/lib/dpkg/status')]],
    'x/y/z/v/lib/dpkg/status',
  ],
  ['a link in the place of a directory', [[STATUS, at('d/status')], [symlink('var/lib/dpkg', '/d')]], 'd/status'],
  [
    'a link below a whiteout of another',
    [[symlink('var/lib/dpkg', '/gone')], [whiteout('var/lib/dpkg')], [STATUS]],
    'var/lib/dpkg/status',
  ],
];

test.each(REACHED)('the package database is found over %s', async (_, layers, path) => {
  expect(await scan(...layers)).toMatchObject({ found: [`bash ${path}`], gaps: [] });
});

describe('a link that leads nowhere is a gap', () => {
  test.each([
    ['gone', [symlink('var/lib/dpkg/status', '/gone')]],
    ['itself', [symlink('var/lib/dpkg/status', 'status')]],
    ['in a circle', [symlink('var/lib/dpkg/status', '/a'), symlink('a', 'b'), symlink('b', 'a')]],
    ['through a file', [symlink('var/lib/dpkg/status', '/a/b'), file('a')]],
    ['to nothing by name', [symlink('var/lib/dpkg/status', '')]],
  ])('%s', async (_, layer) => {
    expect(await scan(layer)).toMatchObject({ found: [], gaps: ['FILE_UNREADABLE'] });
  });
});

test('a link deleted by a higher layer leads nowhere any more', async () => {
  const layers = [[symlink('var/lib/dpkg', '/d'), at('d/status')], [whiteout('var/lib/dpkg')]];
  expect(await scan(...layers)).toMatchObject({ found: [], gaps: [] });
});

test('a database that is no file is a gap', async () => {
  expect(await scan([directory('var/lib/dpkg/status')])).toMatchObject({ gaps: ['FILE_UNREADABLE'] });
});

test('entries behind a linked status.d are a gap', async () => {
  const layer = [symlink('var/lib/dpkg/status.d', '/d'), at('d/bash')];
  expect(await scan(layer)).toMatchObject({ found: [], gaps: ['DPKG_STATUS_UNREADABLE'] });
});

test('a file in the place of a link, in one tar, is no way on', async () => {
  const layer = [
    symlink('d', 'real'),
    file('d', Buffer.alloc(300_000)),
    symlink('var/lib/dpkg', '/d'),
    at('real/status'),
  ];
  expect(await scan(layer)).toMatchObject({ found: [] });
});

test('a chain of links that nothing announced is cut short, and that is told', async () => {
  const step = (i: number) => `very/deep/down/here/l${i}`;
  const chain = Array.from({ length: 20 }, (_, i) => symlink(step(i), `/${step(i + 1)}`));
  const layer = [symlink('etc/os-release', `/${step(0)}`), ...chain, file(step(20), 'ID=debian')];
  expect(await scan(layer)).toMatchObject({ distro: undefined, gaps: ['LINKS_UNRESOLVED'] });
});

test('255 links are followed, 256 are not', async () => {
  const chain = (length: number) => [
    symlink('etc/os-release', '/l0'),
    ...Array.from({ length: length - 2 }, (_, i) => symlink(`l${i}`, `l${i + 1}`)),
    symlink(`l${length - 2}`, 'last'),
    file('last', 'ID=debian\n'),
  ];
  expect(await scan(chain(255))).toMatchObject({ distro: 'debian' });
  expect(await scan(chain(256))).toMatchObject({ distro: undefined });
});

test('a flood of links costs bounded time and says that it was cut short', async () => {
  const detour = `${'x/../'.repeat(18)}n`;
  const layer = [
    directory('x'),
    ...Array.from({ length: 3000 }, (_, i) => symlink(`p${i}.egg-info`, 'l')),
    symlink('l', detour),
    symlink('n', `${'x/../'.repeat(18)}m`),
    symlink('m', detour),
  ];
  expect((await scan(layer)).gaps).toContain('LINKS_UNRESOLVED');
});
