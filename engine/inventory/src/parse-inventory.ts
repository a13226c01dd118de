import { canonicalJson, decode, parseCanonicalJson } from '@stella-ops/engine-kernel';
import { assembleInventory } from './assemble.ts';
import { fail } from './errors.ts';
import { inventoryBytes } from './inventory-bytes.ts';
import { inventoryShape } from './inventory-shape.ts';
import { LIMITS } from './limits.ts';
import type { Inventory } from './types.ts';

/**
 * Reads what `inventoryBytes` wrote, strictly: canonical JSON, no unknown members, every list in its order and without
 * duplicates, no relation to a component that is not there. So one content has one digest.
 *
 * @param file name used in the error's place
 * @throws AppError `INVENTORY_INVALID` with the pointer of the first fault (all of them in `details.violations`), or
 *   what the kernel's `parseCanonicalJson` throws
 */
export function parseInventory(bytes: Uint8Array, file: string): Inventory {
  const document = parseCanonicalJson(bytes, file, { maxBytes: LIMITS.documentBytes, maxDepth: LIMITS.depth });
  const decoded = decode(inventoryShape, document);
  if (!decoded.ok) {
    const [first] = decoded.violations;
    throw fail('INVENTORY_INVALID', `not an inventory: ${first?.message}`, {
      place: { file, pointer: first?.pointer ?? '' },
      details: { violations: decoded.violations },
    });
  }
  const assembled = assembleInventory(decoded.value);
  if (inventoryBytes(assembled).equals(bytes)) return assembled;
  throw fail(
    'INVENTORY_INVALID',
    'a list is out of order, names something twice or names a component that is missing',
    {
      place: { file, pointer: firstDifference(decoded.value, assembled) },
    },
  );
}

function firstDifference(given: Inventory, assembled: Inventory): string {
  for (const list of ['components', 'relations', 'gaps'] as const) {
    const wanted: readonly unknown[] = assembled[list];
    const index = given[list].findIndex(
      (item, at) => at >= wanted.length || canonicalJson(item) !== canonicalJson(wanted[at]),
    );
    if (index !== -1) return `/${list}/${index}`;
  }
  return '';
}
