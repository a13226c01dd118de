import { scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';
import type { Randomness } from '@stella-ops/platform/runtime';

export interface PasswordHasher {
  /** @returns `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, base64url */
  hash(password: string): Promise<string>;
  /** `undefined` for the hash of a user who does not exist: takes as long and says no. */
  check(password: string, kept: string | undefined): Promise<boolean>;
}

/** More than this many callers are waiting. */
export class HasherBusy extends Error {
  override readonly name = 'HasherBusy';
}

const LOG2_N = 15;
const R = 8;
const P = 3;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** 32 MiB each: two at once leave threads and memory for the rest of the process. */
const AT_ONCE = 2;
const MAX_WAITING = 64;

const KEPT = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{16,64})\$([A-Za-z0-9_-]{43})$/;

/** scrypt (RFC 7914) with the parameters that OWASP recommends for 32 MiB; they stand with each hash. */
export function passwordHasher(randomness: Randomness): PasswordHasher {
  const turns = takeTurns(AT_ONCE, MAX_WAITING);
  const noUser = randomness.bytes(SALT_BYTES);
  return {
    async hash(password) {
      const salt = randomness.bytes(SALT_BYTES);
      const hash = await turns(() => derive(password, salt, LOG2_N, R, P));
      return `scrypt$${LOG2_N}$${R}$${P}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
    },
    async check(password, kept) {
      const [, log2n, r, p, salt, hash] = KEPT.exec(kept ?? '') ?? [];
      if (salt === undefined || hash === undefined) {
        await turns(() => derive(password, noUser, LOG2_N, R, P));
        return false;
      }
      const derived = await turns(() =>
        derive(password, Buffer.from(salt, 'base64url'), Number(log2n), Number(r), Number(p)),
      );
      return timingSafeEqual(derived, Buffer.from(hash, 'base64url'));
    },
  };
}

function derive(password: string, salt: Buffer, log2n: number, r: number, p: number): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** log2n, r, p, maxmem: 256 * 1024 * 1024 };
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // The same password typed on two keyboards may come in two normal forms.
  scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}

function takeTurns(atOnce: number, maxWaiting: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) throw new HasherBusy('too many passwords wait to be checked');
      await new Promise<void>((go) => waiting.push(go));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      // The turn goes to who waits longest; the count stays.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
