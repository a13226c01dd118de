import type { ByteStream } from '@stella-ops/contracts';
import { digestFrom, newHash } from '@stella-ops/engine-kernel';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SNIFF_BYTES, sourceEnding } from '../domain/source-ending.ts';
import type { ImportedFile } from './import-file.ts';

const LINES = 'application/x-ndjson';

/** Writes an upload into a file of its own, calls back with it, and removes it. The route limits its size. */
export async function receiveUpload<T>(
  workFolder: string,
  body: ByteStream,
  use: (file: ImportedFile) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(workFolder, 'stella-advisories-'));
  try {
    const received = join(folder, 'received');
    const hash = newHash();
    const head: Uint8Array[] = [];
    let sizeBytes = 0;
    const file = await open(received, 'wx', 0o600);
    try {
      for await (const chunk of body.content) {
        if (sizeBytes < SNIFF_BYTES) head.push(chunk);
        sizeBytes += chunk.length;
        hash.update(chunk);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    const ending = sourceEnding(Buffer.concat(head).subarray(0, SNIFF_BYTES), body.contentType === LINES);
    const path = join(folder, `upload${ending}`);
    await rename(received, path);
    return await use({ path, sizeBytes, digest: digestFrom(hash) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
