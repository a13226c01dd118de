import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decompress, SNIFF_BYTES, sniffCompression } from '@stella-ops/engine-archive';
import { fail } from './errors.ts';
import type { Members } from './members.ts';
import { indexTar } from './tar-index.ts';

/** An archive that is stored compressed, or that comes out of an engine, may unpack to this and no more. */
const MAX_SPOOL_BYTES = 64 * 1024 ** 3;

/** A temporary file; whoever spooled removes it. */
export interface Spool {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Writes a stream into a new file below `tempDir`.
 *
 * @throws AppError `OCI_TOO_LARGE`, `OCI_WRITE_FAILED`, and what the source throws; nothing is left behind then
 */
export async function spool(source: AsyncIterable<Uint8Array>, tempDir: string, name: string): Promise<Spool> {
  const folder = await mkdtemp(join(tempDir, 'stella-oci-')).catch((cause: unknown) => {
    throw fail('OCI_WRITE_FAILED', 'the folder for temporary files cannot be used', {
      place: { file: tempDir },
      cause,
    });
  });
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'archive.tar');
  try {
    await pipeline(capped(source, name), createWriteStream(path, { mode: 0o600 }));
  } catch (cause) {
    await remove();
    throw storageError(cause, path) ?? cause;
  }
  return { path, remove };
}

/**
 * The members of an archive. A plain tar is read where it lies; a compressed one is unpacked below `tempDir` first.
 *
 * @throws AppError `OCI_SOURCE_NOT_FOUND`, what {@link spool} and {@link indexTar} throw
 */
export async function archiveMembers(path: string, tempDir: string): Promise<Members> {
  const compression = sniffCompression(await readHead(path));
  if (compression === 'none') return tarMembers(path, path, () => Promise.resolve());
  const packed: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 256 * 1024 });
  const limits = { maxBytes: MAX_SPOOL_BYTES, file: path };
  return spooledMembers(await spool(decompress(packed, compression, limits), tempDir, path), path);
}

/** The members of a spooled tar; closing them removes it. `file` names it in messages. */
export async function spooledMembers(spooled: Spool, file: string): Promise<Members> {
  try {
    return await tarMembers(spooled.path, file, () => spooled.remove());
  } catch (cause) {
    await spooled.remove();
    throw cause;
  }
}

async function tarMembers(path: string, file: string, close: () => Promise<void>): Promise<Members> {
  const index = await indexTar(path, file);
  return { file, find: async (name) => index.find(name), close };
}

async function* capped(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of source) {
    seen += chunk.length;
    if (seen > MAX_SPOOL_BYTES) {
      throw fail('OCI_TOO_LARGE', `the archive is over the limit of ${MAX_SPOOL_BYTES} bytes`, {
        place: { file: name },
      });
    }
    yield chunk;
  }
}

async function readHead(path: string): Promise<Uint8Array> {
  await using handle = await open(path).catch((cause: unknown) => {
    throw fail('OCI_SOURCE_NOT_FOUND', 'the archive cannot be opened', { place: { file: path }, cause });
  });
  const head = Buffer.alloc(SNIFF_BYTES);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

const STORAGE_FAULTS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'there is no space left'],
  ['EDQUOT', 'there is no space left'],
  ['EACCES', 'writing is not allowed here'],
  ['EPERM', 'writing is not allowed here'],
  ['EROFS', 'writing is not allowed here'],
  ['ENOTDIR', 'a file is in the way'],
  ['EEXIST', 'a file is in the way'],
]);

/** What a full disk or a folder without rights means; undefined for other faults. */
export function storageError(cause: unknown, file: string) {
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const sentence = typeof code === 'string' ? STORAGE_FAULTS.get(code) : undefined;
  return sentence && fail('OCI_WRITE_FAILED', sentence, { place: { file }, cause });
}
