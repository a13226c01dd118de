import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { fail } from '../errors.ts';
import type { SourceRecord } from '../index-file/record-collector.ts';
import { MAX_RECORD_BYTES } from '../osv/read-osv.ts';
import { jsonRecords } from './json-records.ts';

const MAX_ENTRIES = 5_000_000;
/** Of one member: a list of records may be larger than a record. */
const MAX_MEMBER_BYTES = 8 * MAX_RECORD_BYTES;

/**
 * The `.json` members of a zip file, as the OSV bulk downloads have them. A member's declared size is held to its limit
 * before it is unpacked and its real size to the declared one, so nothing can grow beyond it.
 *
 * @throws AppError `SOURCE_UNREADABLE`, `SOURCE_TOO_LARGE`
 */
export async function* zipRecords(path: string): AsyncGenerator<SourceRecord> {
  // Matching never comes here; so it does not load the zip reader.
  const { openPromise } = await import('yauzl');
  const unreadable = (cause: unknown): Error =>
    fail('SOURCE_UNREADABLE', `the zip file cannot be read: ${cause instanceof Error ? cause.message : ''}`, {
      place: { file: path },
      cause,
    });
  let zip: ZipFile;
  try {
    zip = await openPromise(path, { lazyEntries: true });
  } catch (cause) {
    throw unreadable(cause);
  }
  try {
    if (zip.entryCount > MAX_ENTRIES) {
      throw fail('SOURCE_TOO_LARGE', `the zip file has more than ${MAX_ENTRIES} members`, { place: { file: path } });
    }
    const entries = zip.eachEntry();
    for (;;) {
      let next: IteratorResult<Entry>;
      try {
        next = await entries.next();
      } catch (cause) {
        throw unreadable(cause);
      }
      if (next.done === true) return;
      const entry = next.value;
      if (!entry.fileName.endsWith('.json')) continue;
      const file = `${path}/${entry.fileName}`;
      if (entry.uncompressedSize > MAX_MEMBER_BYTES) {
        throw fail('SOURCE_TOO_LARGE', `a member has more than ${MAX_MEMBER_BYTES} bytes`, { place: { file } });
      }
      let member: Buffer;
      try {
        member = await readMember(zip, entry);
      } catch (cause) {
        throw unreadable(cause);
      }
      yield* jsonRecords(member, file);
    }
  } finally {
    zip.close();
  }
}

async function readMember(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  const member = Buffer.concat(chunks);
  // The zip reader checks sizes only.
  if (crc32(member) !== entry.crc32) throw new Error(`member ${entry.fileName} does not have its checksum`);
  return member;
}
