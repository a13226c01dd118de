import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fail } from '../errors.ts';
import { damaged } from './byte-cursor.ts';

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
