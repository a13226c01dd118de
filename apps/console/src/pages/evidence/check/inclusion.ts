import { bytesOfBase64, concat, sha256 } from './base64.ts';

interface Proof {
  readonly logIndex: string;
  readonly treeSize: string;
  readonly hashes: readonly string[];
}

/**
 * The root of the tree that a proof leads to from a leaf (RFC 9162, section 2.1.3.2).
 *
 * @param leaf bytes of the entry
 * @returns undefined for a proof that cannot be one
 */
export async function rootOfProof(leaf: Uint8Array, proof: Proof): Promise<Uint8Array | undefined> {
  if (!/^[0-9]{1,15}$/.test(proof.logIndex) || !/^[0-9]{1,15}$/.test(proof.treeSize)) return undefined;
  let index = BigInt(proof.logIndex);
  let last = BigInt(proof.treeSize) - 1n;
  if (index > last) return undefined;
  let hash = await sha256(concat(Uint8Array.of(0), leaf));
  for (const text of proof.hashes) {
    const sibling = bytesOfBase64(text);
    if (sibling?.length !== 32 || last === 0n) return undefined;
    if ((index & 1n) === 1n || index === last) {
      hash = await sha256(concat(Uint8Array.of(1), sibling, hash));
      while ((index & 1n) === 0n && index !== 0n) {
        index >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = await sha256(concat(Uint8Array.of(1), hash, sibling));
    }
    index >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? hash : undefined;
}
