import { sniffCompression } from '@stella-ops/engine-archive';
import { fail } from '../errors.ts';

const BLOCK_BYTES = 512;

/**
 * Passes an archive on once its first block looks like one: gzip, zstd, or a tar header whose checksum fits. Whatever
 * else somebody uploads is refused before it fills the disk.
 *
 * @throws AppError `ARCHIVE_INVALID`
 */
export async function* checkedArchive(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] | undefined = [];
  let heldBytes = 0;
  for await (const chunk of content) {
    if (held === undefined) {
      yield chunk;
      continue;
    }
    // Copied: a source may use its buffer again.
    held.push(Uint8Array.from(chunk));
    heldBytes += chunk.length;
    if (heldBytes < BLOCK_BYTES) continue;
    const head = Buffer.concat(held);
    assertArchive(head);
    held = undefined;
    yield head;
  }
  if (held === undefined) return;
  const head = Buffer.concat(held);
  assertArchive(head);
  yield head;
}

function assertArchive(head: Buffer): void {
  let kind: ReturnType<typeof sniffCompression>;
  try {
    kind = sniffCompression(head);
  } catch (cause) {
    throw fail('ARCHIVE_INVALID', 'archives are read plain, or compressed with gzip or zstd', { cause });
  }
  if (kind === 'none' && !isTarHeader(head)) throw fail('ARCHIVE_INVALID', 'this is no tar archive');
}

/** The checksum of a header (POSIX.1-2017, ustar): the sum of its bytes with its own field taken as spaces. */
function isTarHeader(head: Buffer): boolean {
  if (head.length < BLOCK_BYTES) return false;
  const written = Number.parseInt(head.toString('latin1', 148, 156).replace(/[\0 ]+$/, ''), 8);
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) sum += at >= 148 && at < 156 ? 0x20 : (head[at] as number);
  return sum === written;
}
