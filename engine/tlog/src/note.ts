import { encodeBase64 } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';

// C2SP signed-note v1.0.0.

/** Checks the lines of one key. Made by `parseVerifierKey`, or by whoever knows another signature type. */
export interface NoteVerifier {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Buffer;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

export interface NoteSigner {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Buffer;
  sign(message: Uint8Array): Buffer;
}

/** One signature line; `signature` is what follows the key id. */
export interface NoteLine {
  readonly name: string;
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

export type NoteFault =
  /** Not a note at all. */
  | 'malformed'
  /** Two of the verifiers given have one name and key id. */
  | 'ambiguous-key'
  /** A line of a known key does not verify. */
  | 'bad-signature'
  /** No line is of a known key. */
  | 'no-known-key'
  /** In strict mode: a line of an unknown key, or a line twice. */
  | 'extra-line';

export type OpenedNote =
  | {
      readonly ok: true;
      /** What was signed, its last newline included. */
      readonly text: string;
      readonly verified: readonly NoteLine[];
      /** Lines of keys that were not given, as they stand. */
      readonly unverified: readonly NoteLine[];
    }
  | { readonly ok: false; readonly fault: NoteFault; readonly detail: string };

const MAX_NOTE_LENGTH = 1_000_000;
const MAX_LINES = 100;
const KEY_ID_SIZE = 4;
const LINE = /^\u2014 ([^ ]+) ([^ ]+)$/u;

/**
 * Verifies a note. Lines of unknown keys are passed over and a line that is there twice counts once, as the format asks;
 * with `strict` every line must be of a given key and there once, so that no byte of the note can change unseen.
 *
 * @param verifiers keys that are trusted for this note
 */
export function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
  options: { readonly strict?: boolean } = {},
): OpenedNote {
  const parsed = splitNote(note);
  if (typeof parsed === 'string') return refuse('malformed', parsed);
  const message = Buffer.from(parsed.text, 'utf8');
  const verified: NoteLine[] = [];
  const unverified: NoteLine[] = [];
  const seen = new Set<string>();
  for (const line of parsed.lines) {
    const known = verifiers.filter((one) => one.name === line.name && one.keyId.equals(line.keyId));
    const [verifier] = known;
    if (known.length > 1) return refuse('ambiguous-key', `two verifiers are named ${line.name} with one key id`);
    if (options.strict === true && verifier === undefined) {
      return refuse('extra-line', `a line is signed by ${line.name} with an unknown key`);
    }
    const id = `${line.name}+${line.keyId.toString('hex')}${verifier === undefined ? line.signature.toString('hex') : ''}`;
    if (seen.has(id)) {
      if (options.strict === true) return refuse('extra-line', `two lines are signed by ${line.name}`);
      continue;
    }
    seen.add(id);
    if (verifier === undefined) unverified.push(line);
    else if (verifier.verify(message, line.signature)) verified.push(line);
    else return refuse('bad-signature', `the signature of ${line.name} does not verify`);
  }
  if (verified.length === 0) return refuse('no-known-key', 'no line is signed by a known key');
  return { ok: true, text: parsed.text, verified, unverified };
}

/**
 * Signs a text.
 *
 * @param text ends with a newline; no control characters besides newlines
 * @throws AppError `NOTE_INVALID`
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || !isNoteText(text)) throw fail('NOTE_INVALID', 'this text cannot be signed as a note');
  const message = Buffer.from(text, 'utf8');
  const lines = signers.map((signer) => {
    assertName(signer.name);
    return `\u2014 ${signer.name} ${encodeBase64(Buffer.concat([signer.keyId, signer.sign(message)]))}\n`;
  });
  if (lines.length === 0) throw fail('NOTE_INVALID', 'a note needs a signer');
  return `${text}\n${lines.join('')}`;
}

/** @throws AppError `NOTE_INVALID` */
export function assertName(name: string): void {
  if (!isName(name)) throw fail('NOTE_INVALID', `"${name.slice(0, 60)}" cannot name a signer`);
}

export function isName(name: string): boolean {
  return name !== '' && name.length <= 1000 && isNoteText(name) && !/[\s+]/u.test(name);
}

/** The text and its lines, or what is wrong. */
function splitNote(note: string): { text: string; lines: NoteLine[] } | string {
  if (note.length > MAX_NOTE_LENGTH) return `longer than ${MAX_NOTE_LENGTH} characters`;
  if (!isNoteText(note)) return 'control characters or broken Unicode';
  const split = note.lastIndexOf('\n\n');
  if (split === -1) return 'no blank line before the signatures';
  const tail = note.slice(split + 2);
  if (!tail.endsWith('\n')) return 'the last line does not end with a newline';
  const rows = tail.slice(0, -1).split('\n');
  if (rows.length > MAX_LINES) return `more than ${MAX_LINES} signature lines`;
  const lines: NoteLine[] = [];
  for (const row of rows) {
    const [, name = '', base64 = ''] = LINE.exec(row) ?? [];
    const bytes = Buffer.from(base64, 'base64');
    if (!isName(name) || bytes.length <= KEY_ID_SIZE || encodeBase64(bytes) !== base64) {
      return 'a line after the blank line is not a signature';
    }
    lines.push({ name, keyId: bytes.subarray(0, KEY_ID_SIZE), signature: bytes.subarray(KEY_ID_SIZE) });
  }
  return { text: note.slice(0, split + 1), lines };
}

function isNoteText(text: string): boolean {
  return text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}

const refuse = (fault: NoteFault, detail: string): OpenedNote => ({ ok: false, fault, detail });
