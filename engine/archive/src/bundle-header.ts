import type { ByteSource } from './byte-source.ts';
import { BLOCK_BYTES, FIELD } from './tar-block.ts';
import { encodeTarHeader, isNormalPath } from './tar-header.ts';
import { readTarNumber } from './tar-number.ts';
import { TarReader } from './tar-reader.ts';
import type { TarEntry } from './types.ts';

/** A member that may come next. The size of a seal is known from its header only. */
export interface Candidate {
  readonly path: string;
  readonly size?: number;
}

export type HeaderVerdict =
  /** The one header of this member. */
  | { readonly kind: 'canonical'; readonly path: string; readonly size: number }
  /** Readable, but not as we write it. */
  | { readonly kind: 'foreign'; readonly path: string; readonly size: number; readonly detail: string }
  /** Damaged; `path` is the member it belonged to. Without a size nobody knows where the next header is. */
  | { readonly kind: 'damaged'; readonly path: string; readonly size?: number; readonly detail: string }
  /** Neither a header nor like one. */
  | { readonly kind: 'unknown'; readonly detail: string }
  | { readonly kind: 'end' }
  /** The archive ends here; `path` is the member whose header has begun. */
  | { readonly kind: 'truncated'; readonly path?: string };

/** A PAX header for a path of 4096 bytes, and the header it belongs to. */
const MAX_HEADER_BYTES = 16 * BLOCK_BYTES;
/** An unreadable header that differs in more bytes is not a damaged one but something else. */
const MAX_DAMAGED_BYTES = 32;
/** Extended headers have no checksum: a readable header of an unknown name may be a damaged one, but only just. */
const MAX_RENAMED_BYTES = 2;

/**
 * Reads the next header of a bundle and holds it against the one that we would have written. A damaged one is told apart
 * by its likeness to the headers that may stand here, so that the fault names the member. Consumes the header unless the
 * verdict is `unknown`, `end` or `truncated`.
 *
 * @param candidates what should come next
 * @param isKnown whether a path belongs to the bundle at all
 */
export async function readBundleHeader(
  bytes: ByteSource,
  candidates: readonly Candidate[],
  isKnown: (path: string) => boolean,
): Promise<HeaderVerdict> {
  const block = await bytes.peek(BLOCK_BYTES);
  if (block.length === 0) return { kind: 'truncated' };
  if (block.length < BLOCK_BYTES) {
    const begun = await findNearest(bytes, block, candidates);
    return { kind: 'truncated', ...(begun !== undefined && { path: begun.candidate.path }) };
  }
  if (block.every((byte) => byte === 0)) return { kind: 'end' };

  const decoded = await decodeHeader(bytes);
  if ('entry' in decoded && isKnown(decoded.entry.path)) return judge(bytes, decoded.entry);
  const nearest = await findNearest(bytes, block, candidates);
  if (nearest !== undefined && nearest.bytesApart <= ('entry' in decoded ? MAX_RENAMED_BYTES : MAX_DAMAGED_BYTES)) {
    const { path, size } = nearest.candidate;
    const detail = 'entry' in decoded ? `the header names ${JSON.stringify(decoded.entry.path)}` : decoded.problem;
    await bytes.take(nearest.headerBytes);
    return { kind: 'damaged', path, ...(size !== undefined && { size }), detail };
  }
  return 'entry' in decoded ? judge(bytes, decoded.entry) : { kind: 'unknown', detail: decoded.problem };
}

/** Headers are read by the reader that reads everybody's archives. The payload offset it answers is the header's length. */
async function decodeHeader(bytes: ByteSource): Promise<{ entry: TarEntry } | { problem: string }> {
  const entries: TarEntry[] = [];
  const reader = new TarReader({ onUnsafe: 'refuse', onEntry: (entry) => void entries.push(entry) });
  try {
    for (let length = 0; length < MAX_HEADER_BYTES; length += BLOCK_BYTES) {
      reader.write((await bytes.peek(length + BLOCK_BYTES)).subarray(length));
      const [entry] = entries;
      if (entry !== undefined) return { entry };
    }
  } catch (cause) {
    return { problem: (cause as Error).message };
  }
  return { problem: 'the extended headers do not end' };
}

async function judge(bytes: ByteSource, entry: TarEntry): Promise<HeaderVerdict> {
  const { path, size } = entry;
  const found = await bytes.take(entry.payloadOffset);
  if (entry.type !== 'file') return { kind: 'foreign', path, size, detail: `the member is a ${entry.type}` };
  if (!isNormalPath(path) || !found.equals(encodeTarHeader({ path, type: 'file', size }))) {
    return { kind: 'foreign', path, size, detail: 'the header is not in canonical form' };
  }
  return { kind: 'canonical', path, size };
}

interface Nearest {
  readonly candidate: Candidate;
  readonly headerBytes: number;
  readonly bytesApart: number;
}

async function findNearest(
  bytes: ByteSource,
  block: Buffer,
  candidates: readonly Candidate[],
): Promise<Nearest | undefined> {
  let nearest: Nearest | undefined;
  let lowestRank = Infinity;
  const sizeField = readTarNumber(block, FIELD.size, FIELD.sizeEnd);
  for (const candidate of candidates) {
    const size = candidate.size ?? (sizeField >= 0 ? sizeField : 0);
    const header = encodeTarHeader({ path: candidate.path, type: 'file', size });
    const { total, outsideNumbers } = distance(header, await bytes.peek(header.length));
    // Size and checksum fields go last: a wrong size makes both of them wrong, a wrong name neither.
    const rank = outsideNumbers * BLOCK_BYTES + total;
    if (rank >= lowestRank) continue;
    lowestRank = rank;
    nearest = { candidate, headerBytes: header.length, bytesApart: total };
  }
  return nearest;
}

function distance(expected: Buffer, found: Buffer): { total: number; outsideNumbers: number } {
  let total = 0;
  let outsideNumbers = 0;
  for (let at = 0; at < expected.length && at < found.length; at++) {
    if (expected[at] === found[at]) continue;
    total++;
    const field = at % BLOCK_BYTES;
    const isNumber =
      (field >= FIELD.size && field < FIELD.sizeEnd) || (field >= FIELD.checksum && field < FIELD.checksumEnd);
    if (!isNumber) outsideNumbers++;
  }
  return { total, outsideNumbers };
}
