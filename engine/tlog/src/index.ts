export { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
export type { Checkpoint, OpenedCheckpoint, ParsedCheckpoint } from './checkpoint.ts';
export { Ed25519Key, rawOfSpki, spkiOfRaw } from './ed25519.ts';
export { TLOG_ERRORS } from './errors.ts';
export { emptyRoot, HASH_SIZE, leafHash, nodeHash } from './hashes.ts';
export { openLocalLog } from './local-log.ts';
export type { ConsistencyAnswer, LocalLog, LocalLogOptions, LogAudit, LoggedEntry } from './local-log.ts';
export { extendRange, merkleRoot, rootOfRange } from './merkle-root.ts';
export { nodeName, nodesRead } from './nodes-read.ts';
export type { NodeAddress } from './nodes-read.ts';
export { openNote, signNote } from './note.ts';
export type { NoteFault, NoteLine, NoteSigner, NoteVerifier, OpenedNote } from './note.ts';
export { consistencyProof, inclusionProof, nodesOfLeaves, rangeAt, rootAt } from './proofs.ts';
export type { NodeReader } from './proofs.ts';
export {
  entryBundle,
  MAX_ENTRY_BYTES,
  parseTilePath,
  readEntryBundle,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
} from './tiles.ts';
export type { Tile } from './tiles.ts';
export {
  ed25519NoteSigner,
  ed25519NoteVerifier,
  formatVerifierKey,
  logIdOf,
  parseVerifierKey,
} from './verifier-key.ts';
export type { ParsedVerifierKey } from './verifier-key.ts';
export {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './verify-proof.ts';
export type { Consistency, Inclusion, ProofVerdict, SubtreeConsistency, SubtreeInclusion } from './verify-proof.ts';
