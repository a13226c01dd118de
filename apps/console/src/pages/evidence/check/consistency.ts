import { concat, isEqual, sha256 } from './base64.ts';

interface Consistency {
  readonly oldSize: bigint;
  readonly size: bigint;
  readonly oldRoot: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array<ArrayBuffer>[];
}

/** Whether the newer tree begins with the older one (RFC 9162, section 2.1.4.2). Of an empty tree nothing can be proven. */
export async function isConsistent({ oldSize, size, oldRoot, root, proof }: Consistency): Promise<boolean> {
  if (oldSize < 1n || oldSize > size || proof.some((hash) => hash.length !== 32)) return false;
  if (oldSize === size) return proof.length === 0 && isEqual(oldRoot, root);
  let last = oldSize - 1n;
  let edge = size - 1n;
  while ((last & 1n) === 1n) {
    last >>= 1n;
    edge >>= 1n;
  }
  // An old tree whose size is a power of two is a node of the newer one: its root is not repeated in the proof.
  const rest = proof[Symbol.iterator]();
  const seed = last === 0n ? oldRoot : rest.next().value;
  if (seed === undefined) return false;
  let oldHash = seed;
  let hash = seed;
  for (const sibling of rest) {
    if (edge === 0n) return false;
    if ((last & 1n) === 1n || last === edge) {
      oldHash = await parent(sibling, oldHash);
      hash = await parent(sibling, hash);
      while ((last & 1n) === 0n && last !== 0n) {
        last >>= 1n;
        edge >>= 1n;
      }
    } else {
      hash = await parent(hash, sibling);
    }
    last >>= 1n;
    edge >>= 1n;
  }
  return edge === 0n && isEqual(oldHash, oldRoot) && isEqual(hash, root);
}

const parent = (left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  sha256(concat(Uint8Array.of(1), left, right));
