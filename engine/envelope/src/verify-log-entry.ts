import type { Timestamp } from '@stella-ops/engine-kernel';
import { leafHash, type NoteVerifier, openCheckpoint, verifyInclusion } from '@stella-ops/engine-tlog';
import { type Check, failed, missing, passed } from './checks.ts';
import type { InclusionProof, LogEntry } from './log-entry.ts';
import { verifySignature } from './public-key.ts';
import type { TrustedLog } from './trust.ts';
import { outsideOf } from './validity.ts';

export interface LogOptions {
  readonly logs: readonly TrustedLog[];
  /** Time of the entry, as known from elsewhere; the log must have been valid then. Absent: periods are not looked at. */
  readonly at?: Timestamp;
  /** Only the one signature line of the log; no room for anything unseen. */
  readonly strict: boolean;
}

export interface LogVerdict {
  readonly checks: readonly Check[];
  /** Set when all of them passed. */
  readonly log?: { readonly origin: string; readonly index: bigint; readonly treeSize: bigint };
}

/**
 * Does a trusted log hold this entry? Says nothing yet of what the entry is about.
 *
 * Size and root are taken from the signed checkpoint. A proof that states others is refused, so that nobody can be shown
 * numbers that nobody signed.
 */
export function verifyLogEntry(entry: LogEntry, options: LogOptions): LogVerdict {
  const log = options.logs.find(({ keyId }) => keyId.equals(entry.logId));
  if (log === undefined) {
    return { checks: [missing('log', `no trusted log has the id ${entry.logId.toString('base64')}`)] };
  }
  const outside = outsideOf(log.validFor, options.at);
  if (outside !== undefined) return { checks: [failed('log', `the log ${log.origin} is ${outside}`)] };
  if (entry.proof === undefined) {
    return { checks: [missing('log', 'the entry has a promise of the log and no inclusion proof')] };
  }
  const { proof } = entry;
  const checks = [passed('log', `the log is ${log.origin}`), checkCheckpoint(proof, log, options.strict)];
  if (checks.every(({ state }) => state === 'passed')) checks.push(checkInclusion(entry, proof));
  if (!checks.every(({ state }) => state === 'passed')) return { checks };
  return { checks, log: { origin: log.origin, index: proof.logIndex, treeSize: proof.treeSize } };
}

function checkCheckpoint(proof: InclusionProof, log: TrustedLog, strict: boolean): Check {
  const verifier: NoteVerifier = {
    name: log.origin,
    keyId: log.keyId.subarray(0, 4),
    verify: (message, signature) => verifySignature(log.publicKey, message, signature),
  };
  const opened = openCheckpoint(proof.checkpoint, verifier, { strict });
  if (!opened.ok) return failed('log-checkpoint', opened.detail);
  const { origin, size, root } = opened.checkpoint;
  // Rekor v1 puts the id of the tree behind the name of its key.
  if (origin !== log.origin && !(origin.startsWith(`${log.origin} - `) && !strict)) {
    return failed('log-checkpoint', `the checkpoint is of "${origin}"`);
  }
  if (size !== proof.treeSize) return failed('log-checkpoint', `${size} entries are signed, not ${proof.treeSize}`);
  if (!root.equals(proof.rootHash)) return failed('log-checkpoint', 'another root is signed');
  return passed('log-checkpoint', `signed for ${size} entries`);
}

function checkInclusion(entry: LogEntry, { logIndex, treeSize, rootHash, hashes }: InclusionProof): Check {
  // Rekor v1 counts the first number over all its shards and the second within one.
  const isRekorV2 = entry.kind === 'hashedrekord' && entry.version === '0.0.2';
  if (isRekorV2 && entry.logIndex !== logIndex) {
    return failed('log-inclusion', `the proof is for entry ${logIndex}, not ${entry.logIndex}`);
  }
  const verdict = verifyInclusion({
    index: logIndex,
    size: treeSize,
    leafHash: leafHash(entry.body),
    root: rootHash,
    proof: hashes,
  });
  return verdict.ok ? passed('log-inclusion', `entry ${logIndex}`) : failed('log-inclusion', verdict.detail);
}
