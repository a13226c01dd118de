import { createReadStream } from 'node:fs';
import { fail } from '../errors.ts';
import type { SourceRecord } from '../index-file/record-collector.ts';
import { MAX_RECORD_BYTES } from '../osv/read-osv.ts';

const READ_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * One record a line, plain, gzip or zstd. Memory holds one line; empty lines are passed over.
 *
 * @throws AppError `SOURCE_TOO_LARGE` for a line beyond the size of a record; `COMPRESSION_…` of the archive package
 *   for data that is damaged, cut short or a bomb
 */
export async function* jsonLines(path: string, compression: 'none' | 'gzip' | 'zstd'): AsyncGenerator<SourceRecord> {
  // Matching never comes here; so it does not load the decompressors.
  const { decompress } = await import('@stella-ops/engine-archive');
  const chunks = decompress(fileChunks(path), compression, { file: path });
  let line = 0;
  for await (const raw of splitLines(chunks, path)) {
    line++;
    if (raw.length > 0) yield { raw, file: path, line };
  }
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) yield chunk as Buffer;
  } catch (cause) {
    throw fail('SOURCE_UNREADABLE', 'the file cannot be read', { place: { file: path }, cause });
  }
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const keep = (part: Uint8Array): void => {
    pendingBytes += part.length;
    if (pendingBytes > MAX_RECORD_BYTES) {
      throw fail('SOURCE_TOO_LARGE', `a line is longer than ${MAX_RECORD_BYTES} bytes`, { place: { file } });
    }
    pending.push(part);
  };
  const take = (): Uint8Array => {
    // A copy, so that a record that is kept does not keep a whole chunk with it.
    const line = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
  }
  if (pendingBytes > 0) yield take();
}
