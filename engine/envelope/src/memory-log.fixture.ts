import {
  Ed25519Key,
  ed25519NoteSigner,
  formatCheckpoint,
  inclusionProof,
  leafHash,
  logIdOf,
  nodesOfLeaves,
  rootAt,
  signNote,
  spkiOfRaw,
} from '@stella-ops/engine-tlog';
import type { EvidenceLog } from './log-entry.ts';

/** A log in memory for tests, with a fixed key per name. */
export function memoryLog(
  origin: string,
  earlierEntries = 5,
): EvidenceLog & { origin: string; logId: Buffer; publicKey: Buffer } {
  const key = new Ed25519Key(Buffer.alloc(32, origin));
  const leaves = Array.from({ length: earlierEntries }, (_, i) => leafHash(Buffer.from(`earlier ${i}`)));
  return {
    origin,
    logId: logIdOf(origin, key.publicRaw),
    publicKey: spkiOfRaw(key.publicRaw),
    append(entry) {
      leaves.push(leafHash(entry));
      const treeSize = leaves.length;
      const node = nodesOfLeaves(leaves);
      const rootHash = rootAt(treeSize, node);
      return {
        logIndex: treeSize - 1,
        treeSize,
        rootHash,
        hashes: inclusionProof(treeSize - 1, treeSize, node),
        checkpoint: signNote(formatCheckpoint(origin, BigInt(treeSize), rootHash), [ed25519NoteSigner(origin, key)]),
      };
    },
  };
}
