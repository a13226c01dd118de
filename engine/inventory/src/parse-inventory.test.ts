import { canonicalBytes } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleInventory } from './assemble.ts';
import { inventoryBytes, inventoryDigest } from './inventory-bytes.ts';
import { parseInventory } from './parse-inventory.ts';
import { componentOf, imageDigest, partsArbitrary, partsOf } from './testing/inventories.ts';

test('bytes come back as the inventory they are the form of', () => {
  fc.assert(
    fc.property(partsArbitrary, (parts) => {
      const inventory = assembleInventory(parts);
      expect(inventoryDigest(parseInventory(inventoryBytes(inventory), 'x'))).toBe(inventoryDigest(inventory));
    }),
  );
});

const [a, b] = [componentOf({ ref: 'a' }), componentOf({ ref: 'b' })];
const valid = assembleInventory(partsOf({ components: [a, b] }));

test.each([
  ['components out of order', { ...valid, components: [b, a] }, '/components/0'],
  ['a component twice', { ...valid, components: [a, a] }, '/components/1'],
  [
    'locations out of order',
    { ...valid, components: [{ ...a, locations: [{ path: 'b' }, { path: 'a' }] }] },
    '/components/0',
  ],
  ['an empty list instead of none', { ...valid, components: [{ ...a, licenses: [] }] }, '/components/0'],
  ['a relation to nothing', { ...valid, relations: [{ from: 'a', to: 'c', kind: 'contains' }] }, '/relations/0'],
  [
    'a gap twice',
    {
      ...valid,
      gaps: [
        { code: 'A', detail: '' },
        { code: 'A', detail: '' },
      ],
    },
    '/gaps/1',
  ],
  ['an unknown member', { ...valid, extra: 1 }, '/extra'],
  ['an unknown member of a component', { ...valid, components: [{ ...a, cpe: 'x' }] }, '/components/0/cpe'],
  ['an unknown kind', { ...valid, components: [{ ...a, kind: 'x' }] }, '/components/0/kind'],
  ['another format', { ...valid, format: 'stella.inventory/v2' }, '/format'],
  ['an empty ref', { ...valid, components: [{ ...a, ref: '' }] }, '/components/0/ref'],
  ['a digest that is none', { ...valid, subject: { kind: 'image', name: 'x', digest: 'sha256:1' } }, '/subject/digest'],
])('%s is refused with its place', (_, document, pointer) => {
  expect(() => parseInventory(canonicalBytes(document), 'inventory.json')).toThrow(
    expect.objectContaining({ code: 'INVENTORY_INVALID', place: { file: 'inventory.json', pointer } }),
  );
});

test('another layout of the same content is refused: one content has one digest', () => {
  expect(() => parseInventory(Buffer.from(JSON.stringify(valid, null, 1)), 'x')).toThrow(
    expect.objectContaining({ code: 'JSON_NOT_CANONICAL' }),
  );
});

test('every member of a subject survives', () => {
  const subject = {
    kind: 'image',
    name: 'x',
    digest: imageDigest,
    configDigest: imageDigest,
    indexDigest: imageDigest,
    platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
  } as const;
  const inventory = assembleInventory(partsOf({ subject }));
  expect(parseInventory(inventoryBytes(inventory), 'x').subject).toEqual(subject);
});
