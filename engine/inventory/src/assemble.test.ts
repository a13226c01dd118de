import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assembleInventory, type InventoryParts } from './assemble.ts';
import { inventoryBytes, inventoryDigest } from './inventory-bytes.ts';
import { componentOf, layerA, layerB, partsArbitrary, partsOf } from './testing/inventories.ts';

const assembleText = (parts: InventoryParts) => inventoryBytes(assembleInventory(parts)).toString();

test('any permutation of the finds gives equal bytes', () => {
  fc.assert(
    fc.property(
      partsArbitrary.chain((parts) =>
        fc.record({
          parts: fc.constant(parts),
          components: shuffled(parts.components),
          relations: shuffled(parts.relations),
          gaps: shuffled(parts.gaps),
        }),
      ),
      ({ parts, ...order }) => {
        expect(assembleText({ ...parts, ...order })).toBe(assembleText(parts));
      },
    ),
  );
});

test('assembling an inventory again changes nothing', () => {
  fc.assert(
    fc.property(partsArbitrary, (parts) => {
      const inventory = assembleInventory(parts);
      expect(assembleText(inventory)).toBe(inventoryBytes(inventory).toString());
    }),
  );
});

test('every find is kept: each ref once, each location of it once', () => {
  fc.assert(
    fc.property(partsArbitrary, (parts) => {
      const { components } = assembleInventory(parts);
      const found = [...parts.components];
      expect(components.map(({ ref }) => ref)).toEqual([...new Set(found.map(({ ref }) => ref))].sort());
      for (const { ref, locations } of components) {
        const wanted = found.filter((one) => one.ref === ref).flatMap((one) => one.locations);
        expect(new Set(locations.map(locationKey))).toEqual(new Set(wanted.map(locationKey)));
        expect(new Set(locations.map(locationKey)).size).toBe(locations.length);
      }
    }),
  );
});

describe('two finds of one package', () => {
  const dpkg = componentOf({
    ref: 'pkg:deb/debian/zlib1g@1.3?arch=amd64',
    licenses: ['Zlib'],
    locations: [{ path: 'var/lib/dpkg/status', layer: layerA }],
    evidence: { analyzer: 'dpkg', grade: 'exact' },
  });
  const guess = componentOf({
    ref: dpkg.ref,
    licenses: ['MIT'],
    supplier: 'Debian',
    locations: [{ path: 'usr/lib/libz.so', layer: layerB }],
    evidence: { analyzer: 'binary', grade: 'derived' },
  });

  test('the better evidence wins, and what it leaves open comes from the other', () => {
    const [merged] = assembleInventory(partsOf({ components: [guess, dpkg] })).components;
    expect(merged).toEqual({
      ...dpkg,
      supplier: 'Debian',
      locations: [
        { path: 'usr/lib/libz.so', layer: layerB },
        { path: 'var/lib/dpkg/status', layer: layerA },
      ],
    });
  });
});

test('empty optional lists are the same content as absent ones', () => {
  const bare = componentOf({ ref: 'a' });
  const empty = { ...bare, licenses: [], hashes: [], properties: {} };
  expect(inventoryDigest(assembleInventory(partsOf({ components: [empty] })))).toBe(
    inventoryDigest(assembleInventory(partsOf({ components: [bare] }))),
  );
});

test('relations to nothing and to oneself are left out, the others kept once', () => {
  const components = [componentOf({ ref: 'a' }), componentOf({ ref: 'b' })];
  const relations = [
    { from: 'b', to: 'a', kind: 'depends-on' },
    { from: 'a', to: 'b', kind: 'depends-on' },
    { from: 'a', to: 'b', kind: 'contains' },
    { from: 'a', to: 'b', kind: 'depends-on' },
    { from: 'a', to: 'a', kind: 'depends-on' },
    { from: 'a', to: 'nowhere', kind: 'depends-on' },
    { from: '__proto__', to: 'a', kind: 'depends-on' },
  ] as const;
  expect(assembleInventory(partsOf({ components, relations })).relations).toEqual([
    { from: 'a', to: 'b', kind: 'contains' },
    { from: 'a', to: 'b', kind: 'depends-on' },
    { from: 'b', to: 'a', kind: 'depends-on' },
  ]);
});

test('layers keep their order, base first', () => {
  const layers = [
    { digest: layerB, sizeBytes: 2 },
    { digest: layerA, sizeBytes: 1 },
  ];
  expect(assembleInventory(partsOf({ layers })).layers).toEqual(layers);
});

function shuffled<T>(items: Iterable<T>): fc.Arbitrary<T[]> {
  const all = [...items];
  return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
}

function locationKey({ path, layer }: { path: string; layer?: string }): string {
  return JSON.stringify([path, layer]);
}
