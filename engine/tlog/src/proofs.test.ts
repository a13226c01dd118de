import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leafHash } from './hashes.ts';
import { merkleRoot } from './merkle-root.ts';
import { consistencyProof, inclusionProof, nodesOfLeaves, rootAt } from './proofs.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

const entries = Array.from({ length: 70 }, (_, i) => Buffer.from(`entry ${i}`));
const leaves = entries.map(leafHash);
const node = nodesOfLeaves(leaves);
const sizes = fc.integer({ min: 1, max: entries.length });

test('a root made of stored subtrees equals the root over all entries', () => {
  for (let size = 0; size <= entries.length; size++) {
    expect(rootAt(size, node)).toEqual(merkleRoot(entries.slice(0, size)));
  }
});

test('every inclusion proof of every size verifies', () => {
  for (let size = 1; size <= entries.length; size++) {
    for (let index = 0; index < size; index++) {
      const verdict = verifyInclusion({
        index: BigInt(index),
        size: BigInt(size),
        leafHash: leaves[index] ?? Buffer.alloc(0),
        root: rootAt(size, node),
        proof: inclusionProof(index, size, node),
      });
      expect(verdict).toEqual({ ok: true });
    }
  }
});

test('every consistency proof of every pair of sizes verifies', () => {
  for (let size = 1; size <= entries.length; size++) {
    for (let oldSize = 1; oldSize <= size; oldSize++) {
      const proof = consistencyProof(oldSize, size, node);
      const roots = { oldRoot: rootAt(oldSize, node), root: rootAt(size, node) };
      const verdict = verifyConsistency({ oldSize: BigInt(oldSize), size: BigInt(size), ...roots, proof });
      expect(verdict).toEqual({ ok: true });
    }
  }
});

test('an inclusion proof for one entry, size or root does not serve for another', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }), (size, anyIndex, anyHash, bit) => {
      const index = anyIndex % size;
      const proof = inclusionProof(index, size, node);
      const claim = { index: BigInt(index), size: BigInt(size), leafHash: leafHash(entries[index] ?? Buffer.alloc(0)) };
      const root = rootAt(size, node);
      expect(verifyInclusion({ ...claim, leafHash: flipped(claim.leafHash, bit), root, proof }).ok).toBe(false);
      expect(verifyInclusion({ ...claim, root: flipped(root, bit), proof }).ok).toBe(false);
      expect(verifyInclusion({ ...claim, root, proof: [...proof, root] }).ok).toBe(false);
      if (proof.length === 0) return;
      const at = anyHash % proof.length;
      const changed = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash));
      expect(verifyInclusion({ ...claim, root, proof: changed }).ok).toBe(false);
      expect(verifyInclusion({ ...claim, root, proof: proof.slice(1) }).ok).toBe(false);
    }),
  );
});

test('a proof that ends below the root is too short, even when it ends at the hash claimed as root', () => {
  const leaf = leafHash(Buffer.from('x'));
  const verdict = verifyInclusion({ index: 0n, size: 2n, leafHash: leaf, root: leaf, proof: [] });
  expect(verdict).toEqual({ ok: false, detail: 'the proof is too short' });
});

test('nothing can be proven from an empty tree, and nothing outside the tree', () => {
  expect(() => consistencyProof(0, 5, node)).toThrow(expect.objectContaining({ code: 'PROOF_OUT_OF_RANGE' }));
  expect(() => consistencyProof(6, 5, node)).toThrow(expect.objectContaining({ code: 'PROOF_OUT_OF_RANGE' }));
  expect(() => inclusionProof(5, 5, node)).toThrow(expect.objectContaining({ code: 'PROOF_OUT_OF_RANGE' }));
  expect(() => inclusionProof(-1, 5, node)).toThrow(expect.objectContaining({ code: 'PROOF_OUT_OF_RANGE' }));
});

test('sizes of 64 bits are computed without loss', () => {
  const size = 2n ** 63n + 1n;
  const leaf = leafHash(Buffer.from('x'));
  const sibling = leafHash(Buffer.from('rest'));
  const verdict = verifyInclusion({ index: size - 1n, size, leafHash: leaf, root: sibling, proof: [sibling] });
  expect(verdict).toEqual({ ok: false, detail: 'the proof leads to another root' });
});

function flipped(hash: Buffer, bit: number): Buffer {
  const copy = Buffer.from(hash);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}
