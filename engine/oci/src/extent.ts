import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { fail } from './errors.ts';

/** A run of bytes in a local file. */
export interface Extent {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
}

/** All bytes of an extent. @throws AppError `OCI_TOO_LARGE`, `OCI_SIZE_MISMATCH` when the file is shorter */
export async function readExtent(extent: Extent, maxBytes: number, name: string): Promise<Buffer> {
  if (extent.size > maxBytes) {
    throw fail('OCI_TOO_LARGE', `${name} has ${extent.size} bytes, over the limit of ${maxBytes}`, {
      place: { file: extent.path },
    });
  }
  await using handle = await open(extent.path);
  const bytes = Buffer.alloc(extent.size);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, extent.offset + filled);
    if (bytesRead === 0) throw truncated(extent, filled);
    filled += bytesRead;
  }
  return bytes;
}

/** The bytes of an extent in chunks of 256 KiB. @throws AppError `OCI_SIZE_MISMATCH` when the file is shorter */
export async function* streamExtent(extent: Extent): AsyncGenerator<Uint8Array> {
  if (extent.size === 0) return;
  let seen = 0;
  const range = { start: extent.offset, end: extent.offset + extent.size - 1, highWaterMark: 256 * 1024 };
  for await (const chunk of createReadStream(extent.path, range) as AsyncIterable<Uint8Array>) {
    seen += chunk.length;
    yield chunk;
  }
  if (seen < extent.size) throw truncated(extent, seen);
}

function truncated(extent: Extent, seen: number) {
  return fail('OCI_SIZE_MISMATCH', `the file ends after ${seen} of ${extent.size} bytes`, {
    place: { file: extent.path, offset: extent.offset + seen },
  });
}
