import type { TarReader } from '@stella-ops/engine-archive';
import { readSync } from 'node:fs';

/** Small members lie close together: one read takes many of them. Larger ones cost more than they save. */
const WINDOW_BYTES = 64 * 1024;

/**
 * Pushes an uncompressed tar at `[start, start + sizeBytes)` of a file through a reader, seeking over payload that nobody
 * wants. Answers how many bytes were read.
 */
export function walkPlainTar(fd: number, start: number, sizeBytes: number, tar: TarReader): number {
  const window = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  let bytesRead = 0;
  for (let offset = 0; offset < sizeBytes;) {
    const read = readSync(fd, window, 0, Math.min(window.length, sizeBytes - offset), start + offset);
    if (read === 0) break;
    tar.write(window.subarray(0, read));
    bytesRead += read;
    const passed = Math.min(tar.pendingSkip(), sizeBytes - offset - read);
    tar.skip(passed);
    offset += read + passed;
  }
  tar.end();
  return bytesRead;
}

/** Bytes at a position of a file; fewer where it ends. */
export function readFully(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(fd, bytes, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}
