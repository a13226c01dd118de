import { emptyRoot, leafHash, nodeHash } from './hashes.ts';

/**
 * Root hash of the Merkle tree over entries, RFC 9162 section 2.1.1.
 *
 * @param leaves entry bytes in order (not their hashes)
 * @returns 32 bytes; for no entries SHA-256 of nothing
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Buffer {
  const range: Buffer[] = [];
  for (const [index, leaf] of leaves.entries()) extendRange(range, index, leafHash(leaf));
  return rootOfRange(range);
}

/**
 * Adds leaf `index` to a compact range: the roots of the perfect subtrees that a tree of `index` leaves is made of,
 * largest first. Each trailing one bit of `index` is a subtree that the new leaf completes.
 *
 * @param onNode told of the leaf and of every perfect subtree that it completes, by level and index on that level
 */
export function extendRange(
  range: Buffer[],
  index: number,
  leaf: Buffer,
  onNode?: (level: number, index: number, hash: Buffer) => void,
): void {
  let hash = leaf;
  let level = 0;
  let at = index;
  onNode?.(level, at, hash);
  while (at % 2 === 1) {
    const left = range.pop();
    if (left === undefined) throw new Error(`the range holds fewer subtrees than ${index} leaves need`);
    hash = nodeHash(left, hash);
    level++;
    at = (at - 1) / 2;
    onNode?.(level, at, hash);
  }
  range.push(hash);
}

/** Root of the tree that a compact range stands for. */
export function rootOfRange(range: readonly Buffer[]): Buffer {
  return range.length === 0 ? emptyRoot() : range.reduceRight((right, left) => nodeHash(left, right));
}
