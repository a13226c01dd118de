import { createHash } from 'node:crypto';
import { encodeBase64 } from '@stella-ops/engine-kernel';
import { ED25519_KEY_SIZE, type Ed25519Key, ed25519Verifier } from './ed25519.ts';
import { assertName, isName, type NoteSigner, type NoteVerifier } from './note.ts';

// C2SP signed-note v1.0.0, section "Signatures": signature type byte before the key.
const ED25519_TYPE = 0x01;

export type ParsedVerifierKey =
  { readonly ok: true; readonly verifier: NoteVerifier } | { readonly ok: false; readonly detail: string };

/**
 * The whole 32-byte hash whose first four bytes are the note key id: SHA-256(name || 0x0A || 0x01 || raw Ed25519 key).
 * Sigstore bundles name a log by it.
 */
export function logIdOf(name: string, publicRaw: Uint8Array): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ED25519_TYPE]))
    .update(publicRaw)
    .digest();
}

/** Reads `name+hex key id+base64(type || key)`. Only Ed25519 (type 1) is known. */
export function parseVerifierKey(text: string): ParsedVerifierKey {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  if (first === -1 || second === -1) return { ok: false, detail: 'a verifier key is name+id+key' };
  const name = text.slice(0, first);
  const base64 = text.slice(second + 1);
  const bytes = Buffer.from(base64, 'base64');
  if (!isName(name)) return { ok: false, detail: 'the name is not valid' };
  if (encodeBase64(bytes) !== base64) return { ok: false, detail: 'the key is not base64' };
  if (bytes[0] !== ED25519_TYPE) return { ok: false, detail: 'only Ed25519 keys (type 1) are known' };
  const publicRaw = bytes.subarray(1);
  if (publicRaw.length !== ED25519_KEY_SIZE) return { ok: false, detail: 'an Ed25519 key has 32 bytes' };
  const verifier = ed25519NoteVerifier(name, publicRaw);
  if (verifier.keyId.toString('hex') !== text.slice(first + 1, second)) {
    return { ok: false, detail: 'the key id does not belong to the key' };
  }
  return { ok: true, verifier };
}

/** @param publicRaw 32 bytes @throws AppError `NOTE_INVALID` for a name that cannot be one */
export function formatVerifierKey(name: string, publicRaw: Uint8Array): string {
  assertName(name);
  const id = logIdOf(name, publicRaw).subarray(0, 4).toString('hex');
  return `${name}+${id}+${encodeBase64(Buffer.concat([Buffer.from([ED25519_TYPE]), publicRaw]))}`;
}

export function ed25519NoteVerifier(name: string, publicRaw: Uint8Array): NoteVerifier {
  return { name, keyId: logIdOf(name, publicRaw).subarray(0, 4), verify: ed25519Verifier(publicRaw) };
}

export function ed25519NoteSigner(name: string, key: Ed25519Key): NoteSigner {
  return { name, keyId: logIdOf(name, key.publicRaw).subarray(0, 4), sign: (message) => key.sign(message) };
}
