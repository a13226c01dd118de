import { describe, expect, test } from 'vitest';
import { leafHash } from './hashes.ts';
import { nodesRead } from './nodes-read.ts';
import { consistencyProof, inclusionProof, nodesOfLeaves, rootAt } from './proofs.ts';
import { entryBundle, parseTilePath, readEntryBundle, tilePath } from './tiles.ts';

describe('paths of tiles', () => {
  test.each([
    // The examples of C2SP tlog-tiles, and the edges of a group.
    [{ level: 0, index: 1234067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 0, index: 273, width: 112 }, 'tile/0/273.p/112'],
    [{ level: 1, index: 1, width: 17 }, 'tile/1/001.p/17'],
    [{ level: 2, index: 0, width: 1 }, 'tile/2/000.p/1'],
    [{ level: 'entries', index: 999, width: 256 }, 'tile/entries/999'],
    [{ level: 'entries', index: 1000, width: 255 }, 'tile/entries/x001/000.p/255'],
    [{ level: 0, index: 1_000_000, width: 256 }, 'tile/0/x001/x000/000'],
  ] as const)('%j is %s, both ways', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test.each([
    'tile/00/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000/',
    'tile/data/000',
    'tile/0/x999/x999/x999/x999/x999/x999/999',
    '/tile/0/000',
    'tile/0/../0/000',
  ])('%s is no tile: each has one address', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });
});

test('an entry bundle gives back its entries, and a torn one nothing', () => {
  const entries = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(65_535, 7)];
  const bundle = entryBundle(entries);
  expect(readEntryBundle(bundle)).toEqual(entries);
  expect(readEntryBundle(bundle.subarray(0, -1))).toBeUndefined();
  expect(readEntryBundle(bundle.subarray(0, 1))).toBeUndefined();
});

test('a dry run names exactly the nodes that roots and proofs read', () => {
  const all = nodesOfLeaves(Array.from({ length: 100 }, (_, at) => leafHash(Buffer.from(String(at)))));
  for (let size = 1; size <= 100; size++) {
    for (const work of [
      (node: typeof all) => rootAt(size, node),
      (node: typeof all) => inclusionProof((size * 7) % size, size, node),
      (node: typeof all) => consistencyProof(Math.ceil(size / 3), size, node),
    ]) {
      const read: string[] = [];
      const real = work((level, index) => {
        read.push(`${level}/${index}`);
        return all(level, index);
      });
      expect(nodesRead(work).map(({ level, index }) => `${level}/${index}`)).toEqual([...new Set(read)]);
      expect(real).toEqual(work(all));
    }
  }
});
