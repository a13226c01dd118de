import { type Digest, digestFrom, newHash } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';

export const DEFAULT_PUT_BYTES = 64 * 1024 ** 3;
export const DEFAULT_GET_BYTES = 1024 ** 3;

export interface Measured {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** After the last chunk, once. @throws AppError `BLOB_MISMATCH` */
  digest(expected: Digest | undefined): Digest;
  size(): number;
}

/** Passes a source on while hashing and counting it. The chunks throw AppError `BLOB_TOO_LARGE` beyond the limit. */
export function measured(source: AsyncIterable<Uint8Array>, maxBytes: number): Measured {
  const hash = newHash();
  let size = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) throw fail('BLOB_TOO_LARGE', `the source is over the limit of ${maxBytes} bytes`);
      hash.update(chunk);
      yield chunk;
    }
  }
  return {
    chunks: chunks(),
    size: () => size,
    digest(expected) {
      const found = digestFrom(hash);
      if (expected !== undefined && found !== expected) {
        throw fail('BLOB_MISMATCH', `expected ${expected}, received ${found}`, { details: { expected, found } });
      }
      return found;
    },
  };
}
