import { type Digest, digestFrom, digestOf, hexOf, newHash, parseDigest } from '@stella-ops/engine-kernel';
import { type FileHandle, link, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, guarded, systemCode } from './errors.ts';
import { AtomicFiles, namesIn, unlessMissing, unlinkIfThere } from './files.ts';
import { DEFAULT_GET_BYTES, DEFAULT_PUT_BYTES, measured } from './measured.ts';
import type { BlobInfo, BlobStore, GetOptions, PutStreamOptions, StoredBlob } from './types.ts';

const HEX_PREFIX = /^[0-9a-f]{2}$/;
const HEX_NAME = /^[0-9a-f]{64}$/;
const READ_BYTES = 256 * 1024;
/** Where blobs are between their name and their end. */
const LEAVING = 'leaving';
/** Tells those of one process apart. */
let leaving = 0;

/**
 * A blob store in a directory: `sha256/<aa>/<hex>`, directories 0700, files 0600. A blob is written to a temporary file,
 * synced, renamed and its directory synced, so it is whole or absent after a crash. Any number of processes may use the
 * directory at once; puts of the same content replace each other.
 *
 * @param root made with the first put; its parent must exist or be makable
 * @throws AppError `STORE_*` from every method, besides what {@link BlobStore} names
 */
export function directoryBlobs(root: string): BlobStore {
  return new DirectoryBlobs(root);
}

class DirectoryBlobs implements BlobStore {
  readonly #root: string;
  readonly #files: AtomicFiles;

  constructor(root: string) {
    this.#root = root;
    this.#files = new AtomicFiles(root, { isDurable: true });
  }

  async put(bytes: Uint8Array): Promise<StoredBlob> {
    const digest = digestOf(bytes);
    await this.#files.write(async (append) => {
      await append(bytes);
      return this.#path(digest);
    });
    return { digest, size: bytes.length };
  }

  async putStream(source: AsyncIterable<Uint8Array>, options: PutStreamOptions = {}): Promise<StoredBlob> {
    const blob = measured(source, options.maxBytes ?? DEFAULT_PUT_BYTES);
    let digest: Digest | undefined;
    await this.#files.write(async (append) => {
      for await (const chunk of blob.chunks) await append(chunk);
      digest = blob.digest(options.expected);
      return this.#path(digest);
    });
    return { digest: digest as Digest, size: blob.size() };
  }

  get(digest: Digest, options: GetOptions = {}): Promise<Buffer | undefined> {
    const path = this.#path(digest);
    return guarded(path, async () => {
      const size = await this.sizeOf(digest);
      if (size === undefined) return undefined;
      const maxBytes = options.maxBytes ?? DEFAULT_GET_BYTES;
      if (size > maxBytes) throw fail('BLOB_TOO_LARGE', `${digest} has ${size} bytes, over the limit of ${maxBytes}`);
      const bytes = await unlessMissing(readFile(path));
      if (bytes !== undefined && digestOf(bytes) !== digest) throw await this.#setAside(digest);
      return bytes;
    });
  }

  open(digest: Digest): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = this.#path(digest);
    return guarded(path, async () => {
      const file = await unlessMissing(open(path, 'r'));
      return file === undefined ? undefined : this.#read(file, digest);
    });
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.sizeOf(digest)) !== undefined;
  }

  sizeOf(digest: Digest): Promise<number | undefined> {
    const path = this.#path(digest);
    return guarded(path, async () => (await unlessMissing(stat(path)))?.size);
  }

  delete(digest: Digest): Promise<boolean> {
    const path = this.#path(digest);
    return guarded(path, () => unlinkIfThere(path));
  }

  /**
   * The blob leaves its name first and is looked at then: a put in between has either refreshed what left, which is put
   * back, or made the name anew. What a killed process has left aside comes back with the next sweep.
   */
  deleteOld(digest: Digest, putBeforeMs: number): Promise<boolean> {
    const path = this.#path(digest);
    return guarded(path, async () => {
      const age = await unlessMissing(stat(path));
      if (age === undefined || age.mtimeMs >= putBeforeMs) return false;
      const name = `${hexOf(digest)}.${process.pid}-${++leaving}`;
      await unlessMissing(this.#files.moveAside(path, LEAVING, name));
      const aside = join(this.#root, LEAVING, name);
      const left = await unlessMissing(stat(aside));
      if (left === undefined) return false;
      if (left.mtimeMs < putBeforeMs) return unlinkIfThere(aside);
      await this.#takeBack(aside, path);
      return false;
    });
  }

  async *list(): AsyncGenerator<BlobInfo> {
    const folder = join(this.#root, 'sha256');
    for (const prefix of await guarded(folder, () => namesIn(folder))) {
      if (!HEX_PREFIX.test(prefix)) continue;
      const directory = join(folder, prefix);
      for (const name of await guarded(directory, () => namesIn(directory))) {
        if (!HEX_NAME.test(name)) continue;
        const path = join(directory, name);
        const found = await guarded(path, () => unlessMissing(stat(path)));
        if (found !== undefined) yield { digest: `sha256:${name}`, size: found.size, modifiedMs: found.mtimeMs };
      }
    }
  }

  sweepTemporary(beforeMs: number): Promise<number> {
    return guarded(this.#root, async () => {
      const folder = join(this.#root, LEAVING);
      for (const name of await namesIn(folder)) {
        const [hex = ''] = name.split('.');
        if (HEX_NAME.test(hex)) await this.#takeBack(join(folder, name), this.#path(`sha256:${hex}`));
      }
      return this.#files.sweep(beforeMs);
    });
  }

  /** Gives a blob its name again, unless it was put anew. */
  async #takeBack(aside: string, path: string): Promise<void> {
    try {
      await link(aside, path);
    } catch (cause) {
      // Put anew; or another process has taken it back, or deleted it.
      if (!['EEXIST', 'ENOENT'].includes(systemCode(cause) ?? '')) throw cause;
    }
    await unlinkIfThere(aside);
  }

  async *#read(file: FileHandle, digest: Digest): AsyncGenerator<Uint8Array> {
    const hash = newHash();
    try {
      for await (const chunk of file.createReadStream({ highWaterMark: READ_BYTES, autoClose: false })) {
        hash.update(chunk as Buffer);
        yield chunk as Buffer;
      }
    } finally {
      await file.close();
    }
    if (digestFrom(hash) !== digest) throw await this.#setAside(digest);
  }

  /** A corrupt blob must not be found again, and is kept for whoever looks into the disk's fault. */
  async #setAside(digest: Digest) {
    await unlessMissing(this.#files.moveAside(this.#path(digest), 'corrupt', hexOf(digest)));
    return fail('BLOB_CORRUPT', `the stored bytes of ${digest} have another digest`, { place: { file: this.#root } });
  }

  #path(digest: Digest): string {
    // The type can be claimed by a cast; a path may not hang on that.
    const hex = hexOf(parseDigest(digest));
    return join(this.#root, 'sha256', hex.slice(0, 2), hex);
  }
}
