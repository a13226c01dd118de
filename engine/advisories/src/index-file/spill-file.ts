import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const BUFFER_BYTES = 1024 * 1024;

/** Bytes put aside on disk while an index is built, so that memory does not grow with the records' texts. */
export class SpillFile {
  readonly #fd: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #written = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'wx+', 0o600);
  }

  /** @returns offset for {@link read} */
  append(bytes: Uint8Array): number {
    const offset = this.#written + this.#pendingBytes;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= BUFFER_BYTES) this.#flush();
    return offset;
  }

  read(offset: number, length: number): Buffer {
    this.#flush();
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const got = readSync(this.#fd, bytes, read, length - read, offset + read);
      if (got === 0) throw new Error('the spill file is shorter than what was written to it');
      read += got;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #flush(): void {
    if (this.#pendingBytes === 0) return;
    const bytes = Buffer.concat(this.#pending);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    this.#written += bytes.length;
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
