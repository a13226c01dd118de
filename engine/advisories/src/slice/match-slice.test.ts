import { expect, test } from 'vitest';
import { affects, component, indexOf, inventory, osv } from '../testing/records.ts';
import type { Slice } from '../types.ts';
import { cutSlice } from './cut-slice.ts';
import { matchSlice } from './match-slice.ts';
import { readSlice } from './read-slice.ts';

const subject = inventory([component('pypi', 'a', '1'), component('npm', 'b', '1')]);
const records = [
  osv('B', [affects('PyPI', 'a', [{ introduced: '0' }])]),
  osv('A', [affects('PyPI', 'a', [{ introduced: '2' }]), affects('PyPI', 'other', [{ introduced: '0' }])]),
  osv('C', [affects('PyPI', 'other', [{ introduced: '0' }])]),
];
const cut = async (): Promise<Slice> => cutSlice(subject, await indexOf(records));

test('a slice holds the records that name a package of the inventory, by id, as received', async () => {
  const slice = await cut();
  expect(slice.records.map(({ id, raw }) => [id, JSON.parse(raw) as unknown])).toEqual([
    ['A', records[1]],
    ['B', records[0]],
  ]);
});

test('the same inventory and the same records give the same slice, whatever file they were in', async () => {
  const again = cutSlice(subject, await indexOf(records.toReversed()));
  expect(again).toEqual(await cut());
});

test('a slice survives its JSON form', async () => {
  const slice = await cut();
  expect(readSlice(JSON.parse(JSON.stringify(slice)), 'slice.json')).toEqual(slice);
});

test.each<[string, (slice: Slice) => unknown]>([
  ['format', (slice) => ({ ...slice, format: 'stella.slice/v2' })],
  ['an unknown member', (slice) => ({ ...slice, more: 1 })],
  ['no digest', (slice) => ({ ...slice, snapshot: 'sha256:0' })],
  ['no object', () => null],
])('what is no slice is refused: %s', async (_, change) => {
  const slice = await cut();
  expect(() => readSlice(change(slice), 'slice.json')).toThrow(expect.objectContaining({ code: 'SLICE_INVALID' }));
});

test.each<[string, (slice: Slice) => Slice]>([
  ['raw bytes', (slice) => ({ ...slice, records: slice.records.map((one) => ({ ...one, raw: `${one.raw} ` })) })],
  ['id', (slice) => ({ ...slice, records: slice.records.map((one) => ({ ...one, id: `${one.id}x` })) })],
  ['order', (slice) => ({ ...slice, records: slice.records.toReversed() })],
  ['a record twice', (slice) => ({ ...slice, records: slice.records.flatMap((one) => [one, one]) })],
  ['no OSV', (slice) => ({ ...slice, records: slice.records.map((one) => ({ ...one, raw: '{' })) })],
])('a slice that was changed is refused: %s', async (_, change) => {
  const slice = change(await cut());
  expect(() => matchSlice(subject, slice)).toThrow(expect.objectContaining({ code: 'SLICE_INVALID' }));
});

test('a slice answers for its inventory only', async () => {
  const slice = await cut();
  expect(() => matchSlice(inventory([]), slice)).toThrow(expect.objectContaining({ code: 'SLICE_MISMATCH' }));
});
