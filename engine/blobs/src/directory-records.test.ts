import { type Digest, digestOf, hexOf } from '@stella-ops/engine-kernel';
import { copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { directoryRecords } from './directory-records.ts';
import { tempDir } from './testing/temp-dir.ts';

const KEY = digestOf('key');
const pathOf = (root: string, area: string, key: Digest) => join(root, area, hexOf(key).slice(0, 2), hexOf(key));

test('a record comes back, and a later one replaces it', async () => {
  const records = directoryRecords(join(tempDir(), 'cache'));
  expect(await records.get('facts', KEY)).toBeUndefined();
  await records.put('facts', KEY, Buffer.from('one'));
  await records.put('facts', KEY, Buffer.from('two'));
  expect(await records.get('facts', KEY)).toEqual(Buffer.from('two'));
  expect(await records.get('other', KEY)).toBeUndefined();
});

test('an empty record is present', async () => {
  const records = directoryRecords(tempDir());
  await records.put('facts', KEY, Buffer.alloc(0));
  expect(await records.get('facts', KEY)).toEqual(Buffer.alloc(0));
});

test.each([
  ['a flipped bit', (path: string) => writeFileSync(path, readFileSync(path).fill(0x41, 34, 35))],
  ['a torn end', (path: string) => truncateSync(path, 33)],
  ['no content', (path: string) => truncateSync(path, 0)],
])('a record with %s reads as absent and is removed', async (_name, damage) => {
  const root = tempDir();
  const records = directoryRecords(root);
  await records.put('facts', KEY, Buffer.from('value'));
  const path = pathOf(root, 'facts', KEY);
  damage(path);
  expect(await records.get('facts', KEY)).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});

test('a record filed under another key or area reads as absent', async () => {
  const root = tempDir();
  const records = directoryRecords(root);
  await records.put('facts', KEY, Buffer.from('value'));
  for (const [area, key] of [
    ['facts', digestOf('other key')],
    ['other', KEY],
  ] as const) {
    const target = pathOf(root, area, key);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(pathOf(root, 'facts', KEY), target);
    expect(await records.get(area, key)).toBeUndefined();
  }
});

test.each(['../x', '', 'A', '.tmp', 'a/b', 'x'.repeat(65)])('%j is no area', async (area) => {
  const records = directoryRecords(tempDir());
  const refused = expect.objectContaining({ code: 'STORE_AREA_INVALID' }) as unknown;
  await expect(records.put(area, KEY, Buffer.alloc(1))).rejects.toThrow(refused);
  await expect(records.get(area, KEY)).rejects.toThrow(refused);
});
