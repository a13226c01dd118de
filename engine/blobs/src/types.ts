import type { Digest } from '@stella-ops/engine-kernel';

export interface StoredBlob {
  readonly digest: Digest;
  readonly size: number;
}

export interface BlobInfo extends StoredBlob {
  /** When the blob was last put, milliseconds since 1970, by the clock of the store. */
  readonly modifiedMs: number;
}

export interface PutStreamOptions {
  /** Refuse the bytes, and keep nothing, unless this is their digest. */
  readonly expected?: Digest;
  /** Refuse longer sources. Default 64 GiB. */
  readonly maxBytes?: number;
}

export interface GetOptions {
  /** Refuse larger blobs. Default 1 GiB: the blob is held in memory. */
  readonly maxBytes?: number;
}

/**
 * Immutable bytes by the digest of their content. Whoever gets bytes gets the right ones or an error; whoever put bytes
 * and was answered finds them after a crash.
 */
export interface BlobStore {
  /** Putting what is there already is fine; it counts as put now. */
  put(bytes: Uint8Array): Promise<StoredBlob>;
  /** @throws AppError `BLOB_MISMATCH`, `BLOB_TOO_LARGE`; errors of the source are passed on. Nothing is kept then. */
  putStream(source: AsyncIterable<Uint8Array>, options?: PutStreamOptions): Promise<StoredBlob>;
  /** @throws AppError `BLOB_CORRUPT` (the blob is then gone from the store), `BLOB_TOO_LARGE` */
  get(digest: Digest, options?: GetOptions): Promise<Buffer | undefined>;
  /**
   * The bytes in chunks. They are verified while they pass: `BLOB_CORRUPT` is thrown after the last one, so nothing of
   * them may be trusted before the end.
   */
  open(digest: Digest): Promise<AsyncIterable<Uint8Array> | undefined>;
  has(digest: Digest): Promise<boolean>;
  sizeOf(digest: Digest): Promise<number | undefined>;
  /** Answers whether there was something to delete. */
  delete(digest: Digest): Promise<boolean>;
  /**
   * Deletes a blob unless it was put at or after a moment: one that is put while this looks stays, at any point of time.
   *
   * @param putBeforeMs milliseconds since 1970, by the clock of the store
   * @returns whether it was deleted
   */
  deleteOld(digest: Digest, putBeforeMs: number): Promise<boolean>;
  /** Ordered by digest. */
  list(): AsyncIterable<BlobInfo>;
  /** Removes what interrupted writes left behind before a moment, and takes back what interrupted deletions did. Answers how many files were removed. */
  sweepTemporary(beforeMs: number): Promise<number>;
}
