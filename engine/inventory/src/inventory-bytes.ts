import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import type { Inventory } from './types.ts';

/**
 * The RFC 8785 form of an inventory: what is stored, hashed and signed.
 *
 * @throws AppError `JSON_NOT_REPRESENTABLE` when a text holds a lone surrogate
 */
export function inventoryBytes(inventory: Inventory): Buffer {
  return canonicalBytes(inventory);
}

/** Digest of {@link inventoryBytes}: the inventory's identity. */
export function inventoryDigest(inventory: Inventory): Digest {
  return digestOf(inventoryBytes(inventory));
}
