import { emptyRoot, leafHash, nodeHash } from './hashes.ts';

/**
 * Root hash of the Merkle tree over entries, RFC 9162 section 2.1.1.
 *
 * @param leaves entry bytes in order (not their hashes)
 * @returns 32 bytes; for no entries SHA-256 of nothing
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Buffer {
  return merkleRootOfHashes(leaves.map(leafHash));
}

/** {@link merkleRoot} over leaf hashes. */
export function merkleRootOfHashes(hashes: readonly Buffer[]): Buffer {
  const range: Buffer[] = [];
  for (const [index, hash] of hashes.entries()) extendRange(range, index, hash);
  return rootOfRange(range);
}

/**
 * Adds leaf `index` to a compact range: the roots of the perfect subtrees that a tree of `index` leaves is made of,
 * largest first. Each trailing one bit of `index` is a subtree that the new leaf completes.
 */
export function extendRange(range: Buffer[], index: number, leaf: Buffer): void {
  let node = leaf;
  for (let rest = index; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    const left = range.pop();
    if (left === undefined) throw new Error(`the range holds fewer subtrees than ${index} leaves need`);
    node = nodeHash(left, node);
  }
  range.push(node);
}

/** Root of the tree that a compact range stands for. */
export function rootOfRange(range: readonly Buffer[]): Buffer {
  return range.length === 0 ? emptyRoot() : range.reduceRight((right, left) => nodeHash(left, right));
}
