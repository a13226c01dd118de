import { fail } from './errors.ts';
import { nodeHash } from './hashes.ts';
import { extendRange, rootOfRange } from './merkle-root.ts';

/**
 * Hash of the perfect subtree over the entries from `index * 2^level` up to, not including, `(index + 1) * 2^level`.
 * Level 0 holds the leaf hashes.
 */
export type NodeReader = (level: number, index: number) => Buffer;

/** Root of the first `size` entries. Reads one node per set bit of `size`. */
export function rootAt(size: number, node: NodeReader): Buffer {
  return rootOfRange(rangeAt(size, node));
}

/** The compact range of the first `size` entries: roots of their perfect subtrees, largest first. */
export function rangeAt(size: number, node: NodeReader): Buffer[] {
  const range: Buffer[] = [];
  for (let start = 0; start < size;) {
    let level = 0;
    while (2 ** (level + 1) <= size - start) level++;
    range.push(node(level, start / 2 ** level));
    start += 2 ** level;
  }
  return range;
}

/**
 * Inclusion proof (audit path) of entry `index` in the tree of the first `size` entries, RFC 9162 section 2.1.3.1.
 *
 * @returns sibling hashes, nearest to the leaf first
 * @throws AppError `PROOF_OUT_OF_RANGE`
 */
export function inclusionProof(index: number, size: number, node: NodeReader): Buffer[] {
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw fail('PROOF_OUT_OF_RANGE', `no entry ${index} in a tree of ${size}`);
  }
  const path: Buffer[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(rangeHash(middle, end, node));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, node));
      start = middle;
    }
  }
  return path.reverse();
}

/**
 * Proof that the tree of the first `oldSize` entries is a prefix of the tree of the first `size`, RFC 9162 section 2.1.4.1.
 *
 * @throws AppError `PROOF_OUT_OF_RANGE`; also for size 0, of which nothing can be proven
 */
export function consistencyProof(oldSize: number, size: number, node: NodeReader): Buffer[] {
  if (!isCount(oldSize) || !isCount(size) || oldSize === 0 || oldSize > size) {
    throw fail('PROOF_OUT_OF_RANGE', `no consistency proof from size ${oldSize} to ${size}`);
  }
  const path: Buffer[] = [];
  let start = 0;
  let end = size;
  while (end !== oldSize) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      path.push(rangeHash(middle, end, node));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, node));
      start = middle;
    }
  }
  // What is left is a subtree on the right edge of the old tree. The verifier knows it already when it is the old root.
  if (start > 0) path.push(rangeHash(start, end, node));
  return path.reverse();
}

/** A reader over leaf hashes in memory. Keeps every perfect subtree, about as many hashes again as leaves. */
export function nodesOfLeaves(leafHashes: readonly Buffer[]): NodeReader {
  const nodes = new Map<string, Buffer>();
  const range: Buffer[] = [];
  for (const [index, leaf] of leafHashes.entries()) {
    extendRange(range, index, leaf, (level, at, hash) => nodes.set(`${level}/${at}`, hash));
  }
  return (level, index) => {
    const hash = nodes.get(`${level}/${index}`);
    if (hash === undefined) throw fail('PROOF_OUT_OF_RANGE', `no node ${index} on level ${level}`);
    return hash;
  };
}

/** Hash over [start, end), where start is a multiple of the power of two that covers the range. */
function rangeHash(start: number, end: number, node: NodeReader): Buffer {
  const width = end - start;
  const left = splitPoint(width);
  if (left * 2 === width || width === 1) {
    const level = width === 1 ? 0 : Math.log2(width);
    return node(level, start / width);
  }
  return nodeHash(rangeHash(start, start + left, node), rangeHash(start + left, end, node));
}

/** Largest power of two below `width`. Multiplies, because shifts stop at 32 bits. */
function splitPoint(width: number): number {
  let split = 1;
  while (split * 2 < width) split *= 2;
  return split;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
