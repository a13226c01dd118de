import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fail } from '../errors.ts';
import { damaged } from './byte-cursor.ts';
import { Lru } from './lru.ts';

/** Random access to immutable bytes. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset`. */
  read(offset: number, length: number): Buffer;
  close(): void;
}

/** @throws AppError `INDEX_NOT_FOUND`, `INDEX_FOREIGN` */
export function openFile(path: string): ByteSource {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw fail('INDEX_NOT_FOUND', 'the advisory index cannot be opened', { place: { file: path }, cause });
  }
  const stat = fstatSync(fd);
  if (!stat.isFile()) {
    closeSync(fd);
    throw fail('INDEX_FOREIGN', 'the advisory index is not a regular file', { place: { file: path } });
  }
  return {
    size: stat.size,
    read: (offset, length) => {
      if (offset + length > stat.size) throw damaged('a part lies outside the file');
      const bytes = Buffer.allocUnsafe(length);
      let read = 0;
      while (read < length) {
        const got = readSync(fd, bytes, read, length - read, offset + read);
        if (got === 0) throw damaged('the file became shorter while it was read');
        read += got;
      }
      return bytes;
    },
    close: () => closeSync(fd),
  };
}

const CHUNK_BYTES = 32 * 1024;
const CHUNKS = 64;

/**
 * Keeps the chunks of a source that were read last. Packages of one inventory lie close together in an index, and one
 * read of 32 KiB costs little more than one of a few hundred bytes; longer parts are read as they are.
 */
export function inChunks(source: ByteSource): ByteSource {
  const chunks = new Lru<Buffer>(CHUNKS);
  const readChunk = (number: number): Buffer => {
    const offset = number * CHUNK_BYTES;
    return source.read(offset, Math.min(CHUNK_BYTES, source.size - offset));
  };
  return {
    size: source.size,
    read: (offset, length) => {
      const first = Math.floor(offset / CHUNK_BYTES);
      const last = Math.floor((offset + length - 1) / CHUNK_BYTES);
      // What lies outside the file is the source's to refuse.
      if (last > first + 1 || length === 0 || offset + length > source.size) return source.read(offset, length);
      const start = offset - first * CHUNK_BYTES;
      const head = chunks.get(first, readChunk).subarray(start, start + length);
      if (last === first) return head;
      return Buffer.concat([head, chunks.get(last, readChunk).subarray(0, length - head.length)]);
    },
    close: () => source.close(),
  };
}

/** Bytes in memory as a source. */
export function bytesAsSource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => {
      if (offset + length > bytes.length) throw damaged('a part lies outside the file');
      return bytes.subarray(offset, offset + length);
    },
    close: () => undefined,
  };
}
