import { emptyRoot, HASH_SIZE, nodeHash } from './hashes.ts';

/** The verdict on a proof, with what is wrong in a sentence. */
export type ProofVerdict = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Sizes and indices are bigints: they come from strangers and may use all 64 bits. */
export interface Inclusion {
  readonly index: bigint;
  readonly size: bigint;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

export interface Consistency {
  readonly oldSize: bigint;
  readonly size: bigint;
  readonly oldRoot: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** A subtree: the entries from `start` up to, not including, `end`. */
export interface SubtreeInclusion extends Omit<Inclusion, 'size'> {
  readonly start: bigint;
  readonly end: bigint;
}

export interface SubtreeConsistency extends Omit<Consistency, 'oldSize'> {
  readonly start: bigint;
  readonly end: bigint;
}

/** Is the leaf at `index` of the tree with that size and root? RFC 9162 section 2.1.3.2. */
export function verifyInclusion({ size, ...rest }: Inclusion): ProofVerdict {
  return verifySubtreeInclusion({ ...rest, start: 0n, end: size });
}

/**
 * Does the newer tree begin with the older one? RFC 9162 section 2.1.4.2. From size 0 nothing can be proven, so that is
 * refused, as the reference implementation does.
 */
export function verifyConsistency({ oldSize, oldRoot, ...rest }: Consistency): ProofVerdict {
  if (oldSize === 0n) return bad('an empty tree is consistent with every tree; that proves nothing');
  return verifySubtreeConsistency({ ...rest, oldRoot, start: 0n, end: oldSize });
}

/** Inclusion in a subtree, draft-ietf-plants-merkle-tree-certs section 4.3.2. A whole tree starts at 0. */
export function verifySubtreeInclusion({ index, start, end, leafHash, root, proof }: SubtreeInclusion): ProofVerdict {
  if (!isSubtree(start, end)) return bad(`[${start}, ${end}) is not a subtree`);
  if (index < start || index >= end) return bad(`index ${index} is outside [${start}, ${end})`);
  if (!allHashes([leafHash, ...proof])) return bad('a hash does not have 32 bytes');
  let at = index - start;
  let last = end - start - 1n;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0n) return bad('the proof is too long');
    if (isOdd(at) || at === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(at) && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) return bad('the proof is too short');
  return equal(hash, root) ? { ok: true } : bad('the proof leads to another root');
}

/** Consistency of a subtree with a tree, draft-ietf-plants-merkle-tree-certs section 4.4.3. */
export function verifySubtreeConsistency(input: SubtreeConsistency): ProofVerdict {
  const { start, end, size, oldRoot, root, proof } = input;
  if (!isSubtree(start, end)) return bad(`[${start}, ${end}) is not a subtree`);
  if (end > size) return bad(`a tree of ${size} does not hold the entries up to ${end}`);
  if (!allHashes(proof)) return bad('a hash does not have 32 bytes');
  if (start === end) {
    if (proof.length > 0) return bad('the proof is too long');
    return equal(oldRoot, emptyRoot()) ? { ok: true } : bad('the root of no entries is wrong');
  }

  // First and last entry of the subtree, and last entry of the tree, as indices on the level that the walk has reached.
  const at = { first: start, last: end - 1n, edge: size - 1n };
  const climb = (): void => {
    at.first >>= 1n;
    at.last >>= 1n;
    at.edge >>= 1n;
  };
  // A subtree on the right edge of the tree is a node of it as it stands; any other is cut down to its last perfect part.
  while (at.first !== at.last && (at.last === at.edge || isOdd(at.last))) climb();

  const rest = proof.values();
  const seed = at.first === at.last ? oldRoot : rest.next().value;
  if (seed === undefined) return bad('the proof is too short');
  let oldHash = seed;
  let hash = seed;
  for (const sibling of rest) {
    if (at.edge === 0n) return bad('the proof is too long');
    if (isOdd(at.last) || at.last === at.edge) {
      if (at.first < at.last) oldHash = nodeHash(sibling, oldHash);
      hash = nodeHash(sibling, hash);
      while (!isOdd(at.last)) climb();
    } else {
      hash = nodeHash(hash, sibling);
    }
    climb();
  }
  if (at.edge !== 0n) return bad('the proof is too short');
  if (!equal(oldHash, oldRoot)) return bad('the proof leads to another old root');
  return equal(hash, root) ? { ok: true } : bad('the proof leads to another root');
}

/** A subtree starts at a multiple of the smallest power of two that covers it. */
function isSubtree(start: bigint, end: bigint): boolean {
  if (start < 0n || end < start) return false;
  let cover = 1n;
  while (cover < end - start) cover <<= 1n;
  return start % cover === 0n;
}

const isOdd = (value: bigint): boolean => (value & 1n) === 1n;
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const allHashes = (hashes: readonly Uint8Array[]): boolean => hashes.every((hash) => hash.length === HASH_SIZE);
const bad = (detail: string): ProofVerdict => ({ ok: false, detail });
