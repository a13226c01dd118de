import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '@stella-ops/engine-kernel';
import { assembleInventory } from './assemble.ts';
import { toCycloneDx } from './cyclonedx/to-cyclonedx.ts';
import { inventoryBytes, inventoryDigest } from './inventory-bytes.ts';
import { parseInventory } from './parse-inventory.ts';
import { readSbom } from './read-sbom.ts';
import { toSpdx } from './spdx/to-spdx.ts';
import { componentOf, imageDigest, partsArbitrary, partsOf } from './testing/inventories.ts';
import type { Inventory } from './types.ts';

const WRITERS = {
  cyclonedx: (inventory: Inventory) => toCycloneDx(inventory, { toolVersion: '1.2.3' }),
  spdx: (inventory: Inventory) => toSpdx(inventory, { toolVersion: '1.2.3', created: '2026-01-02T03:04:05Z' }),
} as const;

describe.each(['cyclonedx', 'spdx'] as const)('an inventory that goes out as %s', (standard) => {
  const bytesOf = (inventory: Inventory) => Buffer.from(JSON.stringify(WRITERS[standard](inventory)));

  test('comes back whole: only the evidence is now a claim, and the document the subject', () => {
    fc.assert(
      fc.property(partsArbitrary, (parts) => {
        const inventory = assembleInventory(parts);
        const bytes = bytesOf(inventory);
        const reading = readSbom(bytes, 'export.json');
        if (!reading.ok) throw reading.error;
        expect(reading.warnings).toEqual([]);
        expect(inventoryBytes(reading.inventory).toString()).toBe(
          inventoryBytes({
            ...inventory,
            subject: { kind: 'sbom', name: inventory.subject.name, digest: digestOf(bytes), describes: imageDigest },
            components: inventory.components.map((component) => ({
              ...component,
              evidence: { analyzer: standard, grade: 'claimed' },
            })),
            analyzers: { [standard]: 1 },
          }).toString(),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('keeps a licence that a package declares by its whole text', () => {
    const licenses = ['All rights '.repeat(5000)];
    const inventory = assembleInventory(partsOf({ components: [componentOf({ ref: 'a', licenses })] }));
    const reading = readSbom(bytesOf(inventory), 'x');
    expect(reading.ok && reading.inventory.components[0]?.licenses).toEqual(licenses);
    expect(parseInventory(inventoryBytes(inventory), 'x').components[0]?.licenses).toEqual(licenses);
  });

  test('goes out a second time with nothing lost', () => {
    const inventory = assembleInventory(partsOf({ gaps: [{ code: 'A', detail: 'b' }] }));
    const first = readSbom(bytesOf(inventory), 'x');
    if (!first.ok) throw first.error;
    const second = readSbom(bytesOf(first.inventory), 'x');
    if (!second.ok) throw second.error;
    expect(second.inventory.subject.describes).toBe(imageDigest);
    expect(second.inventory.gaps).toEqual(inventory.gaps);
  });

  test('is one document, whatever order the members of the inventory are held in', () => {
    fc.assert(
      fc.property(partsArbitrary, (parts) => {
        const inventory = assembleInventory(parts);
        const reordered = parseInventory(inventoryBytes(inventory), 'x');
        expect(bytesOf(reordered).toString()).toBe(bytesOf(inventory).toString());
      }),
    );
  });
});

test('an inventory in any JSON layout comes back with the same digest', () => {
  const inventory = assembleInventory(partsOf({}));
  const reading = readSbom(Buffer.from(JSON.stringify(inventory, null, 2)), 'x');
  expect(reading.ok && inventoryDigest(reading.inventory)).toBe(inventoryDigest(inventory));
});
