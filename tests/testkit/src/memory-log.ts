import type { EvidenceLog } from '@stella-ops/engine-envelope';
import {
  Ed25519Key,
  ed25519NoteSigner,
  formatCheckpoint,
  inclusionProof,
  leafHash,
  logIdOf,
  nodesOfLeaves,
  type NoteSigner,
  rootAt,
  signNote,
  spkiOfRaw,
} from '@stella-ops/engine-tlog';

export interface MemoryLog extends EvidenceLog {
  readonly origin: string;
  readonly logId: Buffer;
  readonly publicKey: Buffer;
  readonly noteSigner: NoteSigner;
}

/** A real log, in memory, with a key made of its origin. @param before texts of the entries that it begins with */
export function memoryLog(origin = 'log.test', before: readonly string[] = []): MemoryLog {
  const key = new Ed25519Key(Buffer.alloc(32, origin));
  const noteSigner = ed25519NoteSigner(origin, key);
  const leaves = before.map((text) => leafHash(Buffer.from(text)));
  return {
    origin,
    logId: logIdOf(origin, key.publicRaw),
    publicKey: spkiOfRaw(key.publicRaw),
    noteSigner,
    append(entry) {
      leaves.push(leafHash(entry));
      const treeSize = leaves.length;
      const node = nodesOfLeaves(leaves);
      const rootHash = rootAt(treeSize, node);
      const checkpoint = signNote(formatCheckpoint(origin, BigInt(treeSize), rootHash), [noteSigner]);
      const hashes = inclusionProof(treeSize - 1, treeSize, node);
      return { logIndex: treeSize - 1, treeSize, rootHash, hashes, checkpoint };
    },
  };
}
