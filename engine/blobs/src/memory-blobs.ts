import { compareText, type Digest, digestOf, parseDigest } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { DEFAULT_GET_BYTES, DEFAULT_PUT_BYTES, measured } from './measured.ts';
import type { BlobInfo, BlobStore, GetOptions, PutStreamOptions, StoredBlob } from './types.ts';

/**
 * A blob store that lives as long as the object: tests, and commands that keep nothing.
 *
 * @param nowMs the clock of the store for {@link BlobInfo.modifiedMs}; without one every blob is of 1970
 */
export function memoryBlobs(nowMs: () => number = () => 0): BlobStore {
  return new MemoryBlobs(nowMs);
}

class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<Digest, { readonly bytes: Buffer; readonly modifiedMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  async put(bytes: Uint8Array): Promise<StoredBlob> {
    // The caller may go on to change its bytes.
    const kept = Buffer.from(bytes);
    const digest = digestOf(kept);
    this.#blobs.set(digest, { bytes: kept, modifiedMs: this.#nowMs() });
    return { digest, size: kept.length };
  }

  async putStream(source: AsyncIterable<Uint8Array>, options: PutStreamOptions = {}): Promise<StoredBlob> {
    const blob = measured(source, options.maxBytes ?? DEFAULT_PUT_BYTES);
    const chunks: Buffer[] = [];
    for await (const chunk of blob.chunks) chunks.push(Buffer.from(chunk));
    blob.digest(options.expected);
    return this.put(Buffer.concat(chunks));
  }

  async get(digest: Digest, options: GetOptions = {}): Promise<Buffer | undefined> {
    const bytes = this.#find(digest);
    const maxBytes = options.maxBytes ?? DEFAULT_GET_BYTES;
    if (bytes !== undefined && bytes.length > maxBytes) {
      throw fail('BLOB_TOO_LARGE', `${digest} has ${bytes.length} bytes, over the limit of ${maxBytes}`);
    }
    return bytes === undefined ? undefined : Buffer.from(bytes);
  }

  async open(digest: Digest): Promise<AsyncIterable<Uint8Array> | undefined> {
    const bytes = this.#find(digest);
    if (bytes === undefined) return undefined;
    return (async function* () {
      yield Buffer.from(bytes);
    })();
  }

  async has(digest: Digest): Promise<boolean> {
    return this.#find(digest) !== undefined;
  }

  async sizeOf(digest: Digest): Promise<number | undefined> {
    return this.#find(digest)?.length;
  }

  async delete(digest: Digest): Promise<boolean> {
    return this.#blobs.delete(parseDigest(digest));
  }

  async deleteOld(digest: Digest, putBeforeMs: number): Promise<boolean> {
    const blob = this.#blobs.get(parseDigest(digest));
    return blob !== undefined && blob.modifiedMs < putBeforeMs && this.#blobs.delete(digest);
  }

  async *list(): AsyncGenerator<BlobInfo> {
    for (const [digest, { bytes, modifiedMs }] of [...this.#blobs].sort(([a], [b]) => compareText(a, b))) {
      yield { digest, size: bytes.length, modifiedMs };
    }
  }

  async sweepTemporary(): Promise<number> {
    return 0;
  }

  #find(digest: Digest): Buffer | undefined {
    return this.#blobs.get(parseDigest(digest))?.bytes;
  }
}
