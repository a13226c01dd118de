import { type Digest, hexOf, newHash, parseDigest } from '@stella-ops/engine-kernel';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, guarded } from './errors.ts';
import { AtomicFiles, unlessMissing, unlinkIfThere } from './files.ts';

/** Cache entries by area and key. What is not there, or not whole, is computed again by the caller. */
export interface RecordStore {
  /** The bytes that were put, or nothing; an entry that was damaged is removed. */
  get(area: string, key: Digest): Promise<Buffer | undefined>;
  /** Replaces an earlier entry. */
  put(area: string, key: Digest, bytes: Uint8Array): Promise<void>;
  /** Removes what interrupted writes left behind before a moment. */
  sweepTemporary(beforeMs: number): Promise<number>;
}

const AREA = /^[a-z0-9][a-z0-9-]{0,63}$/;
const SEAL_BYTES = 32;

/**
 * Records in a directory: `<area>/<aa>/<hex>`. Each file begins with a SHA-256 over area, key and bytes, so an entry that
 * is torn (nothing is synced), decayed or filed under another key reads as absent. Any number of processes may use it.
 *
 * @throws AppError `STORE_*` from every method
 */
export function directoryRecords(root: string): RecordStore {
  const files = new AtomicFiles(root, { isDurable: false });
  const pathOf = (area: string, key: Digest): string => {
    if (!AREA.test(area)) throw fail('STORE_AREA_INVALID', `${JSON.stringify(area)} is not the name of an area`);
    const hex = hexOf(parseDigest(key));
    return join(root, area, hex.slice(0, 2), hex);
  };
  return {
    async get(area, key) {
      const path = pathOf(area, key);
      return guarded(path, async () => {
        const stored = await unlessMissing(readFile(path));
        if (stored === undefined) return undefined;
        const bytes = stored.subarray(SEAL_BYTES);
        if (sealOf(area, key, bytes).equals(stored.subarray(0, SEAL_BYTES))) return bytes;
        await unlinkIfThere(path);
        return undefined;
      });
    },
    async put(area, key, bytes) {
      const path = pathOf(area, key);
      await files.write(async (append) => {
        await append(Buffer.concat([sealOf(area, key, bytes), bytes]));
        return path;
      });
    },
    sweepTemporary: (beforeMs) => guarded(root, () => files.sweep(beforeMs)),
  };
}

function sealOf(area: string, key: Digest, bytes: Uint8Array): Buffer {
  return newHash().update(`${area}\0${key}\0`).update(bytes).digest();
}
