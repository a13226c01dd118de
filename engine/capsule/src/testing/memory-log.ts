import type { EvidenceLog } from '@stella-ops/engine-envelope';
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

const ORIGIN = 'log.test';

/** A real log, in memory and with a fixed key. */
export function memoryLog(): EvidenceLog & {
  readonly origin: string;
  readonly logId: Buffer;
  readonly publicKey: Buffer;
} {
  const key = new Ed25519Key(Buffer.alloc(32, 7));
  const leaves: Buffer[] = [];
  return {
    origin: ORIGIN,
    logId: logIdOf(ORIGIN, key.publicRaw),
    publicKey: spkiOfRaw(key.publicRaw),
    append(entry) {
      leaves.push(leafHash(entry));
      const node = nodesOfLeaves(leaves);
      const treeSize = leaves.length;
      const rootHash = rootAt(treeSize, node);
      const checkpoint = signNote(formatCheckpoint(ORIGIN, BigInt(treeSize), rootHash), [
        ed25519NoteSigner(ORIGIN, key),
      ]);
      const logIndex = treeSize - 1;
      return { logIndex, treeSize, rootHash, hashes: inclusionProof(logIndex, treeSize, node), checkpoint };
    },
  };
}
