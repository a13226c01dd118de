import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Randomness } from './clock.ts';
import { fail } from './errors.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'v1.';

/** Seals the secrets that an installation keeps in its database: who has only the database has none of them. */
export interface MasterKey {
  /**
   * AES-256-GCM with a random nonce.
   *
   * @param context what the secret is and whose (`signer:key:<tenant>:<id>`): bound as associated data, so that a row
   *   copied to another place does not open there
   * @returns `v1.` and base64url of nonce, ciphertext and tag
   */
  seal(plain: Uint8Array, context: string): string;
  /** @throws AppError `SEALED_INVALID` for another key, another context, or a changed text */
  open(sealed: string, context: string): Buffer;
  /**
   * 32 bytes that every process with this master key derives alike, and nobody else (HKDF-SHA-256, RFC 5869).
   *
   * @param purpose another purpose gives other bytes
   */
  derive(purpose: string): Buffer;
}

/**
 * Reads the master key, 32 bytes in base64, or makes it with mode 0600 when the file is absent. Whether a new key may be
 * right (nothing sealed exists yet) is for the caller to know.
 *
 * @throws AppError `MASTER_KEY_INVALID` when the file cannot be read or made, or holds no key
 */
export function openMasterKey(path: string, randomness: Randomness): MasterKey {
  let text: string | undefined;
  try {
    text = readText(path);
    if (text === undefined) {
      create(path, randomness);
      text = readText(path);
    }
  } catch (cause) {
    throw fail('MASTER_KEY_INVALID', `the master key ${path} cannot be read or made`, { cause });
  }
  return masterKey(parse(text ?? '', path), randomness);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Under its name the key is whole and on the disk, or not there; of two processes that start at once one wins. */
function create(path: string, randomness: Randomness): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomness.bytes(8).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomness.bytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function parse(text: string, path: string): KeyObject {
  const encoded = text.trim();
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== encoded)
    throw fail('MASTER_KEY_INVALID', `${path} does not hold 32 bytes in base64`);
  return createSecretKey(bytes);
}

function masterKey(key: KeyObject, randomness: Randomness): MasterKey {
  return {
    derive: (purpose) => Buffer.from(hkdfSync('sha256', key, '', `stella.derived/v1\n${purpose}`, KEY_BYTES)),
    seal(plain, context) {
      const nonce = randomness.bytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(associated(context));
      const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return `${FORMAT}${sealed.toString('base64url')}`;
    },
    open(sealed, context) {
      const bytes = sealed.startsWith(FORMAT) ? Buffer.from(sealed.slice(FORMAT.length), 'base64url') : Buffer.alloc(0);
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw fail('SEALED_INVALID', 'a stored secret is no sealed text');
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(associated(context))
        .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      try {
        const plain = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
        return Buffer.concat([plain, decipher.final()]);
      } catch (cause) {
        throw fail('SEALED_INVALID', `a stored secret does not open with this master key (${context})`, { cause });
      }
    },
  };
}

const associated = (context: string): Buffer => Buffer.from(`stella.sealed/v1\n${context}`);
