import type { Json } from '@stella-ops/engine-kernel';
import type { LoggedEntry } from '@stella-ops/engine-tlog';

/** One entry of a transparency log with its proof: the protobuf `TransparencyLogEntry` as far as it is used. */
export interface LogEntry {
  /** Index in the log. In logs of several shards not the index in the proof. */
  readonly logIndex: bigint;
  /** Names the log. */
  readonly logId: Buffer;
  readonly kind: string;
  readonly version: string;
  /** Seconds since 1970; 0 where the log vouches for no time. */
  readonly integratedTime: bigint;
  /** Absent in bundles v0.1 that carry a promise only. */
  readonly proof?: InclusionProof;
  /** The entry bytes whose leaf hash is in the tree. */
  readonly body: Buffer;
}

export interface InclusionProof {
  readonly logIndex: bigint;
  readonly treeSize: bigint;
  readonly rootHash: Buffer;
  readonly hashes: readonly Buffer[];
  /** Signed note. */
  readonly checkpoint: string;
}

/** A log that evidence goes into; a local log is one. */
export interface EvidenceLog {
  readonly logId: Uint8Array;
  append(entry: Uint8Array): LoggedEntry;
}

/** What a bundle says of an entry that a log of ours answered with. `body` is what was appended. */
export function logEntry(logId: Uint8Array, body: Uint8Array, logged: LoggedEntry): LogEntry {
  return {
    logIndex: BigInt(logged.logIndex),
    logId: Buffer.from(logId),
    kind: 'hashedrekord',
    version: '0.0.2',
    integratedTime: 0n,
    proof: {
      logIndex: BigInt(logged.logIndex),
      treeSize: BigInt(logged.treeSize),
      rootHash: logged.rootHash,
      hashes: logged.hashes,
      checkpoint: logged.checkpoint,
    },
    body: Buffer.from(body),
  };
}

/** JSON of a `TransparencyLogEntry` (Sigstore protobuf-specs). */
export function logEntryJson({ logIndex, logId, kind, version, integratedTime, proof, body }: LogEntry): Json {
  return {
    logIndex: String(logIndex),
    logId: { keyId: logId.toString('base64') },
    kindVersion: { kind, version },
    integratedTime: String(integratedTime),
    inclusionProof: proof === undefined ? undefined : proofJson(proof),
    canonicalizedBody: body.toString('base64'),
  };
}

function proofJson({ logIndex, treeSize, rootHash, hashes, checkpoint }: InclusionProof): Json {
  return {
    logIndex: String(logIndex),
    rootHash: rootHash.toString('base64'),
    treeSize: String(treeSize),
    hashes: hashes.map((hash) => hash.toString('base64')),
    checkpoint: { envelope: checkpoint },
  };
}
