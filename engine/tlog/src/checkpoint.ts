import { encodeBase64 } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { HASH_SIZE } from './hashes.ts';
import { openNote, type NoteFault, type NoteVerifier } from './note.ts';

/** What a log signs: its name, how many entries it holds, and their root. C2SP tlog-checkpoint. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Buffer;
  /** Further lines, without newlines. Ours have none. */
  readonly extensions: readonly string[];
}

export type ParsedCheckpoint =
  { readonly ok: true; readonly checkpoint: Checkpoint } | { readonly ok: false; readonly detail: string };

export type OpenedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly fault: NoteFault; readonly detail: string };

const SIZE = /^(?:0|[1-9][0-9]{0,19})$/;
const MAX_SIZE = 2n ** 64n - 1n;

/** The text to sign. @throws AppError `CHECKPOINT_INVALID` */
export function formatCheckpoint(origin: string, size: bigint, root: Uint8Array): string {
  if (origin === '' || origin.includes('\n') || size < 0n || size > MAX_SIZE || root.length !== HASH_SIZE) {
    throw fail('CHECKPOINT_INVALID', 'these values make no checkpoint');
  }
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** Reads the text of a note as a checkpoint. Strict: decimal size without leading zeros, canonical base64. */
export function parseCheckpoint(text: string): ParsedCheckpoint {
  if (!text.endsWith('\n')) return { ok: false, detail: 'the text does not end with a newline' };
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  if (origin === '') return { ok: false, detail: 'the origin is empty' };
  if (!SIZE.test(size) || BigInt(size) > MAX_SIZE) return { ok: false, detail: 'the size is not a number of 64 bits' };
  const hash = Buffer.from(root, 'base64');
  if (hash.length !== HASH_SIZE || encodeBase64(hash) !== root) {
    return { ok: false, detail: 'the root is not a hash in base64' };
  }
  if (extensions.includes('')) return { ok: false, detail: 'an extension line is empty' };
  return { ok: true, checkpoint: { origin, size: BigInt(size), root: hash, extensions } };
}

/** {@link openNote} with the key of one log, then {@link parseCheckpoint}. Whether the origin is right is for the caller to say. */
export function openCheckpoint(
  note: string,
  log: NoteVerifier,
  options: { readonly strict?: boolean } = {},
): OpenedCheckpoint {
  const opened = openNote(note, [log], options);
  if (!opened.ok) return opened;
  const parsed = parseCheckpoint(opened.text);
  if (!parsed.ok) return { ok: false, fault: 'malformed', detail: parsed.detail };
  if (options.strict === true && parsed.checkpoint.extensions.length > 0) {
    return { ok: false, fault: 'malformed', detail: 'the checkpoint has extension lines' };
  }
  return { ok: true, checkpoint: parsed.checkpoint };
}
