import { type TrustMaterial, verifySignature } from '@stella-ops/engine-envelope';
import { type Checkpoint, openCheckpoint, parseCheckpoint, verifyConsistency } from '@stella-ops/engine-tlog';

/** One step of looking at a log, as `check-rows` prints it. */
export interface LogCheck {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
}

export type ReadCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly check: LogCheck }
  | { readonly ok: false; readonly check: LogCheck };

const MAX_NOTE_LENGTH = 1_000_000;

/**
 * Reads a signed note as a checkpoint.
 *
 * @param name of the check, for people
 * @param trust whose logs count; without any, the signature is not looked at and the check says so
 */
export function readCheckpoint(name: string, note: string, trust: TrustMaterial | undefined): ReadCheckpoint {
  const failed = (detail: string): ReadCheckpoint => ({ ok: false, check: { name, state: 'failed', detail } });
  const end = note.length > MAX_NOTE_LENGTH ? -1 : note.lastIndexOf('\n\n');
  const parsed = parseCheckpoint(end === -1 ? '' : note.slice(0, end + 1));
  if (!parsed.ok) return failed(`this is no checkpoint: ${parsed.detail}`);
  const { checkpoint } = parsed;
  const what = `${checkpoint.size} entries of ${checkpoint.origin}`;
  if (trust === undefined) {
    const check = { name, state: 'skipped', detail: `${what}; no trusted root was named` } as const;
    return { ok: true, checkpoint, check };
  }
  const logs = trust.logs.filter(({ origin }) => origin === checkpoint.origin);
  if (logs.length === 0) return failed(`no log that is trusted is ${checkpoint.origin}`);
  let detail = '';
  for (const { origin, keyId, publicKey } of logs) {
    const verify = (message: Uint8Array, signature: Uint8Array) => verifySignature(publicKey, message, signature);
    const opened = openCheckpoint(note, { name: origin, keyId: keyId.subarray(0, 4), verify });
    if (opened.ok) return { ok: true, checkpoint, check: { name, state: 'passed', detail: `signed for ${what}` } };
    ({ detail } = opened);
  }
  return failed(detail);
}

/** What is compared: both as they were read, and the proof that the server gave for their sizes. */
export interface Consistency {
  readonly kept: Checkpoint;
  readonly present: Checkpoint;
  readonly proof: readonly Uint8Array[];
}

/** Does the log as it is hold all of the log as it was? The proof is computed here; the server's word is not asked. */
export function checkConsistency({ kept, present, proof }: Consistency): LogCheck {
  const failed = (detail: string): LogCheck => ({ name: 'log-consistency', state: 'failed', detail });
  if (kept.origin !== present.origin) return failed(`the kept checkpoint is of ${kept.origin}, not ${present.origin}`);
  if (kept.size > present.size) return failed(`the log had ${kept.size} entries and has ${present.size}`);
  if (kept.size === 0n) {
    const detail = 'the kept checkpoint is of an empty log, which every log holds: nothing is proven';
    return { name: 'log-consistency', state: 'skipped', detail };
  }
  const verdict = verifyConsistency({
    oldSize: kept.size,
    size: present.size,
    oldRoot: kept.root,
    root: present.root,
    proof,
  });
  if (!verdict.ok) return failed(verdict.detail);
  const added = present.size - kept.size;
  const detail = `all ${kept.size} entries are there as they were, and ${added} more`;
  return { name: 'log-consistency', state: 'passed', detail };
}
