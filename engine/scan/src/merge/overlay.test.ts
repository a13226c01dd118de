import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanImage } from '../scan-image.ts';
import { tinyImage } from '../testing/tiny-image.ts';
import {
  device,
  directory,
  egg,
  file,
  hardlink,
  opaque,
  symlink,
  type TinyEntry,
  whiteout,
} from '../testing/tiny-tar.ts';

/** Where packages are found in the merged layers, without their ending. */
async function visible(layers: readonly (readonly TinyEntry[])[]): Promise<string[]> {
  const { inventory } = await scanImage(tinyImage(layers));
  return inventory.components
    .flatMap(({ locations }) => locations.map(({ path }) => path.replace(/\.egg-info$/, '')))
    .sort();
}

const BASE = [egg('a/b/one'), egg('a/b/two'), egg('a/three'), egg('four')];
const ALL = ['a/b/one', 'a/b/two', 'a/three', 'four'];

// Rule, layers from the lowest, what is there in the end.
const TABLE: readonly (readonly [string, readonly (readonly TinyEntry[])[], readonly string[]])[] = [
  ['one layer shows what it has', [BASE], ALL],
  ['an empty layer hides nothing', [BASE, []], ALL],
  ['layers add up', [[egg('a/b/one')], [egg('a/b/two')], [egg('a/three'), egg('four')]], ALL],
  ['the same path twice is one file', [BASE, [egg('four', 'x', '2')]], ALL],

  ['a whiteout deletes a file', [BASE, [whiteout('four.egg-info')]], ['a/b/one', 'a/b/two', 'a/three']],
  ['a whiteout deletes a nested file', [BASE, [whiteout('a/b/one.egg-info')]], ['a/b/two', 'a/three', 'four']],
  ['a whiteout deletes a tree', [BASE, [whiteout('a')]], ['four']],
  ['a whiteout deletes an inner tree', [BASE, [whiteout('a/b')]], ['a/three', 'four']],
  ['a whiteout spares names that begin alike', [[egg('a/x'), egg('ab/x')], [whiteout('a')]], ['ab/x']],
  ['a whiteout of nothing is harmless', [BASE, [whiteout('none')]], ALL],
  ['a whiteout does not reach its own layer', [BASE, [whiteout('four.egg-info'), egg('four')]], ALL],
  ['nor when the file stands before it', [BASE, [egg('four'), whiteout('four.egg-info')]], ALL],
  ['a deleted tree can be filled anew', [BASE, [whiteout('a'), egg('a/new')]], ['a/new', 'four']],
  ['even by a file that stood in it', [BASE, [egg('a/b/one'), whiteout('a')]], ['a/b/one', 'four']],
  ['a whiteout does not reach higher layers', [BASE, [whiteout('a')], [egg('a/b/one')]], ['a/b/one', 'four']],
  ['a whiteout reaches all lower layers', [[egg('a/x')], [egg('a/y')], [whiteout('a')]], []],
  ['two whiteouts of one path', [BASE, [whiteout('a')], [whiteout('a')]], ['four']],
  ['a whiteout with a directory type is one', [BASE, [directory('.wh.a')]], ['four']],
  ['a whiteout named in the middle of a path is none', [[egg('.wh.a/x'), egg('a/x')]], ['.wh.a/x', 'a/x']],
  ['book-keeping of AUFS is passed over', [BASE, [file('.wh..wh.plnk'), file('.wh..wh.aufs')]], ALL],

  ['an opaque directory hides lower content', [BASE, [opaque('a')]], ['four']],
  ['an opaque directory hides deep content', [BASE, [opaque('a/b')]], ['a/three', 'four']],
  ['an opaque directory keeps its own content', [BASE, [opaque('a'), egg('a/new')]], ['a/new', 'four']],
  ['wherever the marker stands', [BASE, [egg('a/new'), opaque('a')]], ['a/new', 'four']],
  ['an opaque root hides everything below', [BASE, [opaque(''), egg('new')]], ['new']],
  ['an opaque directory does not reach higher layers', [BASE, [opaque('a')], [egg('a/b/one')]], ['a/b/one', 'four']],
  ['an opaque directory of a middle layer', [[egg('a/x')], [opaque('a'), egg('a/y')], [egg('a/z')]], ['a/y', 'a/z']],
  ['an opaque directory spares siblings', [[egg('a/x'), egg('b/x')], [opaque('a')]], ['b/x']],

  ['a file takes the place of a directory', [BASE, [file('a')]], ['four']],
  ['of an inner one', [BASE, [file('a/b')]], ['a/three', 'four']],
  ['and a directory comes back empty', [BASE, [file('a')], [directory('a')]], ['four']],
  ['and is filled anew', [BASE, [file('a')], [egg('a/b/two')]], ['a/b/two', 'four']],
  ['a symbolic link takes the place of a directory', [BASE, [symlink('a', 'four')]], ['four']],
  ['a deep one, too', [[egg('u/v/w/x/one')], [symlink('u/v/w/x', '/tmp')]], []],
  ['a hard link takes the place of a directory', [BASE, [hardlink('a/b', 'four.egg-info')]], ['a/three', 'four']],
  ['a device takes the place of a directory', [BASE, [device('a')]], ['four']],
  ['a directory takes the place of a file', [BASE, [directory('four.egg-info')]], ['a/b/one', 'a/b/two', 'a/three']],
  ['also one that is only implied', [BASE, [file('four.egg-info/x')]], ['a/b/one', 'a/b/two', 'a/three']],
  ['a directory entry alone hides nothing', [BASE, [directory('a'), directory('a/b')]], ALL],
  ['a directory does not follow the link below it', [[egg('r/x'), symlink('l', 'r')], [egg('l/y')]], ['l/y', 'r/x']],
  ['a whiteout does not follow a link', [[egg('r/x'), symlink('l', 'r')], [whiteout('l/x.egg-info')]], ['r/x']],
  ['a whiteout of a link spares its target', [[egg('r/x'), symlink('l', 'r')], [whiteout('l')]], ['r/x']],
  [
    'a link over a file counts as the file',
    [[egg('x'), egg('r/y', 'y')], [symlink('x.egg-info', 'r/y.egg-info')]],
    ['r/y', 'x'],
  ],
  [
    'a link to nothing over a file is nothing',
    [BASE, [symlink('four.egg-info', 'gone')]],
    ['a/b/one', 'a/b/two', 'a/three'],
  ],
  ['a device over a file is nothing', [BASE, [device('four.egg-info')]], ['a/b/one', 'a/b/two', 'a/three']],

  ['a hard link has the content of its target', [[egg('x'), hardlink('y.egg-info', 'x.egg-info')]], ['x', 'y']],
  ['also before its target', [[hardlink('y.egg-info', 'x.egg-info'), egg('x')]], ['x', 'y']],
  [
    'also of a target that no rule wants',
    [[file('store/ab', 'Name: x\nVersion: 1\n'), hardlink('y.egg-info', 'store/ab')]],
    ['y'],
  ],
  [
    'also of a chain of them',
    [[file('s', 'Name: x\nVersion: 1\n'), hardlink('t', 's'), hardlink('y.egg-info', 't')]],
    ['y'],
  ],
  ['also of a target in a lower layer', [[file('s', 'Name: x\nVersion: 1\n')], [hardlink('y.egg-info', 's')]], ['y']],
  [
    'it stays when its target is deleted above',
    [[egg('x'), hardlink('y.egg-info', 'x.egg-info')], [whiteout('x.egg-info')]],
    ['y'],
  ],
  ['a hard link to nothing is nothing', [[hardlink('y.egg-info', 'gone')]], []],
  ['a hard link to itself is nothing', [[hardlink('y.egg-info', 'y.egg-info')]], []],

  ['of two members with one path the last counts', [[file('x.egg-info', 'nothing'), egg('x')]], ['x']],
  ['also when the last is no file', [[egg('x'), device('x.egg-info')]], []],
  [
    'a path may begin with ./ or /',
    [
      [
        { ...egg('x'), path: './x.egg-info' },
        { ...egg('y'), path: '/y.egg-info' },
      ],
    ],
    ['x', 'y'],
  ],
];

describe('overlay', () => {
  test.each(TABLE)('%s', async (_, layers, expected) => {
    expect(await visible(layers)).toEqual(expected);
    // The order of members is no content, but for members with one path.
    const paths = layers.map((layer) => new Set(layer.map(({ path }) => path)).size === layer.length);
    if (paths.every(Boolean)) expect(await visible(layers.map((layer) => layer.toReversed()))).toEqual(expected);
  });
});

test('what hides is looked up, not guessed from hashes: an answer costs a second reading, and only where it matters', async () => {
  const bytesOf = async (layers: readonly (readonly TinyEntry[])[]) => {
    const image = tinyImage(layers);
    const stored = image.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { read: (await scanImage(image)).stats.bytesRead, stored };
  };
  const quiet = await bytesOf([BASE, [whiteout('a'), egg('b/x'), file('unrelated')]]);
  expect(quiet.read).toBe(quiet.stored);
  const replaced = await bytesOf([BASE, [file('a')]]);
  expect(replaced.read).toBeGreaterThan(replaced.stored);
});

/** The same rules on trees: the slow and plain way. */
function model(layers: readonly (readonly TinyEntry[])[]): string[] {
  const tree = new Map<string, 'directory' | 'other' | 'egg'>();
  const remove = (path: string, itself: boolean) => {
    for (const one of tree.keys()) {
      if (path === '' || one.startsWith(`${path}/`) || (itself && one === path)) tree.delete(one);
    }
  };
  for (const layer of layers) {
    const entries = layer.map((entry) => ({ ...entry, path: entry.path.replace(/\/$/, '') }));
    for (const { path } of entries) {
      const [, parent = '', name = ''] = /^(?:(.*)\/)?([^/]*)$/.exec(path) ?? [];
      if (name === '.wh..wh..opq') remove(parent, false);
      else if (name.startsWith('.wh.')) remove(`${parent === '' ? '' : `${parent}/`}${name.slice(4)}`, true);
    }
    for (const { path, flag } of entries) {
      const parts = path.split('/');
      for (let i = 1; i < parts.length; i++) {
        const parent = parts.slice(0, i).join('/');
        if (tree.get(parent) !== 'directory') tree.set(parent, 'directory');
      }
      if (parts.at(-1)?.startsWith('.wh.') === true) continue;
      if (flag !== '5') remove(path, false);
      tree.set(path, flag === '5' ? 'directory' : path.endsWith('.egg-info') && flag === '0' ? 'egg' : 'other');
    }
  }
  return [...tree]
    .filter(([, type]) => type === 'egg')
    .map(([path]) => path.replace(/\.egg-info$/, ''))
    .sort();
}

/** Layers in which no path is both a directory and something else. */
const anyLayer = fc
  .array(
    fc.record({
      parts: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
      kind: fc.constantFrom('egg', 'egg', 'egg', 'file', 'directory', 'symlink', 'device', 'whiteout', 'opaque'),
    }),
    { maxLength: 8 },
  )
  .map((wanted) => {
    const layer = new Map<string, TinyEntry>();
    const taken = (path: string) => [...layer.keys()].some((one) => one === path || one.startsWith(`${path}/`));
    const blocked = (parts: readonly string[]) =>
      parts.some((_, i) => {
        const above = layer.get(parts.slice(0, i + 1).join('/'));
        return above !== undefined && above.flag !== '5';
      });
    for (const { parts, kind } of wanted) {
      const path = parts.join('/');
      if (blocked(parts)) continue;
      if (kind === 'egg') layer.set(`${path}.egg-info`, egg(path));
      else if (kind === 'whiteout') layer.set(`${path}#w`, whiteout(path));
      else if (kind === 'opaque') layer.set(`${path}/#o`, opaque(path));
      else if (kind === 'directory') layer.set(path, directory(path));
      else if (!taken(path))
        layer.set(path, kind === 'symlink' ? symlink(path, 'nowhere') : kind === 'device' ? device(path) : file(path));
    }
    return [...layer.values()];
  });

test('any layers merge as trees do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyLayer, { minLength: 1, maxLength: 4 }), async (layers) => {
      expect(await visible(layers)).toEqual(model(layers));
    }),
    { numRuns: 300 },
  );
});
