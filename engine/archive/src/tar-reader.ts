import type { AppError } from '@stella-ops/engine-kernel';
import { type ARCHIVE_ERRORS, fail } from './errors.ts';
import { parsePax, type PaxFields } from './pax.ts';
import {
  BLOCK_BYTES,
  FIELD,
  hasPrefix,
  headerSum,
  isZeroBlock,
  joinName,
  memberTypeOf,
  paddingOf,
  signedHeaderSum,
  textEnd,
} from './tar-block.ts';
import { readTarNumber } from './tar-number.ts';
import { normalizePath, pathText, type PathRange } from './tar-path.ts';
import type { TarFault, TarLimits, TarReaderOptions, TarSink } from './types.ts';

type State = 'header' | 'first-zero-block' | 'meta' | 'sparse-map' | 'sink' | 'end';

const GIB = 1024 ** 3;
const DEFAULT_LIMITS: Required<TarLimits> = {
  maxEntries: 5_000_000,
  maxPathBytes: 4096,
  maxPaxBytes: 1024 * 1024,
  maxEntryBytes: 64 * GIB,
  maxTotalBytes: 256 * GIB,
};

const SLASH = 0x2f;
const SPARSE_FLAG = 0x53; // S
const NO_BYTES = Buffer.alloc(0);

const newRange = (): PathRange => ({ bytes: NO_BYTES, start: 0, end: 0, escapes: false, isAscii: true });

/**
 * Reads a tar that is pushed in as chunks of any size: v7, ustar, PAX and GNU (long names, base-256 numbers). Where
 * tools disagree (payload of links and directories, order of overrides) it reads as Go's archive/tar does, because that
 * is what container engines unpack with; where the standard and Go disagree, the archive is ambiguous and unsafe.
 * Duplicate paths are legal; the caller decides which one counts.
 *
 * After an error the reader must be dropped.
 *
 * @throws AppError `TAR_*` (see `ARCHIVE_ERRORS`), with the offset in the uncompressed archive as its place
 */
export class TarReader {
  readonly #options: TarReaderOptions;
  readonly #limits: Required<TarLimits>;
  #state: State = 'header';
  /** Offset in the archive of the next byte to be consumed. */
  #offset = 0;
  #entries = 0;

  /** Bytes to pass over before the state goes on. */
  #skip = 0;

  readonly #block = Buffer.alloc(BLOCK_BYTES);
  readonly #words = new Int32Array(this.#block.buffer, this.#block.byteOffset, BLOCK_BYTES / 4);
  #blockFilled = 0;
  #headerOffset = 0;

  #sink: TarSink | undefined;
  #sinkLeft = 0;
  #sinkPadding = 0;
  /** Payload and padding of an old sparse member, passed over after its map. */
  #sparseBytes = 0;

  #meta = NO_BYTES;
  #metaFilled = 0;
  #metaType = '';

  /** Overrides for the next member. */
  #pax: PaxFields | undefined;
  #longName: Buffer | undefined;
  #longLink: Buffer | undefined;

  readonly #joined = Buffer.alloc(256);
  readonly #path = newRange();
  readonly #link = newRange();
  #hasTail = false;

  constructor(options: TarReaderOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  /** Takes the next bytes of the archive. They are not kept. */
  write(chunk: Uint8Array): void {
    const length = chunk.length;
    let at = 0;
    while (at < length) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, length - at);
        this.#skip -= passed;
        this.#offset += passed;
        at += passed;
        continue;
      }
      switch (this.#state) {
        case 'header':
        case 'first-zero-block':
        case 'sparse-map':
          at = this.#fillBlock(chunk, at);
          break;
        case 'meta':
          at = this.#fillMeta(chunk, at);
          break;
        case 'sink':
          at = this.#feedSink(chunk, at);
          break;
        case 'end':
          this.#checkTail(chunk, at);
          at = length;
      }
    }
  }

  /**
   * Says that the archive is over. Two zero blocks, one zero block, or nothing after a whole member are good ends.
   *
   * @throws AppError `TAR_TRUNCATED`
   */
  end(): void {
    const atBoundary = this.#blockFilled === 0 && this.#skip === 0 && this.#pax === undefined;
    const isOver = this.#state === 'end' || this.#state === 'first-zero-block' || this.#state === 'header';
    if (!atBoundary || !isOver || this.#longName !== undefined || this.#longLink !== undefined) {
      throw this.#error('TAR_TRUNCATED', 'the archive ends in the middle of a member', this.#offset);
    }
  }

  /** How many of the next bytes nobody wants: a caller with a file at hand can seek over them and call {@link skip}. */
  pendingSkip(): number {
    return this.#skip;
  }

  /** Stands for writing `count` bytes, at most {@link pendingSkip}. */
  skip(count: number): void {
    if (!(count >= 0 && count <= this.#skip)) throw new RangeError(`cannot skip ${count} of ${this.#skip} bytes`);
    this.#skip -= count;
    this.#offset += count;
  }

  #fillBlock(chunk: Uint8Array, at: number): number {
    const missing = BLOCK_BYTES - this.#blockFilled;
    const taken = Math.min(missing, chunk.length - at);
    this.#block.set(chunk.subarray(at, at + taken), this.#blockFilled);
    this.#blockFilled += taken;
    this.#offset += taken;
    if (taken === missing) {
      this.#blockFilled = 0;
      if (this.#state === 'sparse-map') this.#readSparseMap();
      else this.#readHeader();
    }
    return at + taken;
  }

  #readHeader(): void {
    this.#headerOffset = this.#offset - BLOCK_BYTES;
    if (this.#block[0] === 0 && isZeroBlock(this.#words)) {
      this.#state = this.#state === 'first-zero-block' ? 'end' : 'first-zero-block';
      return;
    }
    if (this.#state === 'first-zero-block') {
      throw this.#error('TAR_HEADER_INVALID', 'a header follows a lone zero block');
    }
    const sum = readTarNumber(this.#block, FIELD.checksum, FIELD.checksumEnd);
    if (headerSum(this.#block, this.#words) !== sum && signedHeaderSum(this.#block) !== sum) {
      throw this.#error('TAR_HEADER_INVALID', 'the checksum of a header is wrong');
    }
    const size = this.#headerNumber(FIELD.size, FIELD.sizeEnd, 'size');
    if (size < 0) throw this.#error('TAR_HEADER_INVALID', 'the size of a member is negative');
    const flag = this.#block[FIELD.type] as number;
    switch (flag) {
      case 0x78 /* x */:
      case 0x58 /* X, the same by Solaris */:
        return this.#startMeta('pax', size, this.#limits.maxPaxBytes, 'TAR_PAX_TOO_LARGE');
      case 0x67 /* g */:
        return this.#startMeta('global', size, this.#limits.maxPaxBytes, 'TAR_PAX_TOO_LARGE');
      case 0x4c /* L */:
        return this.#startMeta('long-name', size, this.#limits.maxPathBytes + 1, 'TAR_PATH_TOO_LONG');
      case 0x4b /* K */:
        return this.#startMeta('long-link', size, this.#limits.maxPathBytes + 1, 'TAR_PATH_TOO_LONG');
      default:
        this.#readMember(flag, this.#pax?.size ?? size);
    }
  }

  #startMeta(type: string, size: number, maxBytes: number, code: keyof typeof ARCHIVE_ERRORS): void {
    if (size > maxBytes)
      throw this.#error(code, `an extended header of ${size} bytes is over the limit of ${maxBytes}`);
    this.#metaType = type;
    this.#meta = Buffer.allocUnsafe(size);
    this.#metaFilled = 0;
    this.#state = 'meta';
    this.#assertTotal(size);
    if (size === 0) this.#endMeta();
  }

  #fillMeta(chunk: Uint8Array, at: number): number {
    const taken = Math.min(this.#meta.length - this.#metaFilled, chunk.length - at);
    this.#meta.set(chunk.subarray(at, at + taken), this.#metaFilled);
    this.#metaFilled += taken;
    this.#offset += taken;
    if (this.#metaFilled === this.#meta.length) this.#endMeta();
    return at + taken;
  }

  #endMeta(): void {
    const meta = this.#meta;
    const payloadOffset = this.#offset - meta.length;
    switch (this.#metaType) {
      case 'pax':
        this.#pax = parsePax(meta, payloadOffset, this.#options.file);
        break;
      case 'global':
        this.#checkGlobal(parsePax(meta, payloadOffset, this.#options.file));
        break;
      case 'long-name':
        this.#longName = meta.subarray(0, textEnd(meta, 0, meta.length));
        break;
      default:
        this.#longLink = meta.subarray(0, textEnd(meta, 0, meta.length));
    }
    this.#state = 'header';
    this.#skip = paddingOf(meta.length);
  }

  /** POSIX applies a global header to all later members, Go ignores it: what it would change is ambiguous, and is ignored here. */
  #checkGlobal(fields: PaxFields): void {
    if (fields.path === undefined && fields.linkPath === undefined && fields.size === undefined) return;
    this.#unsafe('TAR_AMBIGUOUS', 'a global header sets the path or size of all members; it is ignored', '');
  }

  #readMember(flag: number, declaredSize: number): void {
    const pax = this.#pax;
    const longName = this.#longName;
    const longLink = this.#longLink;
    this.#pax = undefined;
    this.#longName = undefined;
    this.#longLink = undefined;
    if (++this.#entries > this.#limits.maxEntries) {
      throw this.#error('TAR_TOO_MANY_ENTRIES', `more than ${this.#limits.maxEntries} members`);
    }

    const hasDirectoryName = this.#readPath(longName ?? pax?.path);
    const known = memberTypeOf(flag);
    const type = known === 'file' && hasDirectoryName ? 'directory' : (known ?? 'file');
    // Links, directories and devices have no payload whatever their size field says, as in Go.
    const size = type === 'file' ? declaredSize : 0;
    if (size > this.#limits.maxEntryBytes) {
      throw this.#error('TAR_ENTRY_TOO_LARGE', `${this.#quotedPath()} has ${size} bytes, over the limit`);
    }
    this.#assertTotal(size);
    const payloadOffset = this.#offset;
    const hasSparseMap = flag === SPARSE_FLAG && this.#block[FIELD.sparseContinues] !== 0;
    if (hasSparseMap) this.#sparseBytes = size + paddingOf(size);
    else this.#skip = size + paddingOf(size);
    this.#state = hasSparseMap ? 'sparse-map' : 'header';

    if (this.#path.escapes) this.#unsafe('TAR_PATH_ESCAPES', 'the path leads out of the archive');
    if (known === undefined)
      return this.#unsafe('TAR_TYPE_UNSUPPORTED', `a member of unknown type ${flag} is passed over`);
    if (this.#path.start === this.#path.end && type !== 'directory') {
      return this.#unsafe('TAR_PATH_INVALID', `a ${type} without a name is passed over`);
    }
    if (this.#options.wants?.(type, this.#path.bytes, this.#path.start, this.#path.end, size) === false) return;

    const isSparse = flag === SPARSE_FLAG || pax?.isSparse === true;
    if (isSparse) this.#unsafe('TAR_SPARSE_UNSUPPORTED', 'the content of a sparse member is not read');
    const sink = this.#options.onEntry({
      path: pathText(this.#path),
      type,
      size,
      mode: this.#headerNumber(FIELD.mode, FIELD.modeEnd, 'mode') & 0o7777,
      mtime: pax?.mtime ?? this.#headerNumber(FIELD.mtime, FIELD.mtimeEnd, 'time'),
      payloadOffset,
      ...((type === 'symlink' || type === 'hardlink') && {
        linkTarget: this.#readLink(type, longLink ?? pax?.linkPath),
      }),
      ...(isSparse && { isSparse }),
    });
    if (sink !== undefined && !isSparse) this.#startSink(sink, size);
  }

  #startSink(sink: TarSink, size: number): void {
    if (size === 0) return sink.end();
    this.#state = 'sink';
    this.#sink = sink;
    this.#sinkLeft = size;
    this.#sinkPadding = paddingOf(size);
    this.#skip = 0;
  }

  #feedSink(chunk: Uint8Array, at: number): number {
    const sink = this.#sink as TarSink;
    const taken = Math.min(this.#sinkLeft, chunk.length - at);
    this.#offset += taken;
    this.#sinkLeft -= taken;
    sink.write(taken === chunk.length ? chunk : chunk.subarray(at, at + taken));
    if (this.#sinkLeft === 0) {
      this.#state = 'header';
      this.#skip = this.#sinkPadding;
      this.#sink = undefined;
      sink.end();
    }
    return at + taken;
  }

  /** Old GNU sparse: blocks of the map stand between header and payload, each says whether one more follows. */
  #readSparseMap(): void {
    this.#assertTotal(0);
    if (this.#block[FIELD.sparseMapContinues] !== 0) return;
    this.#skip = this.#sparseBytes;
    this.#state = 'header';
  }

  /** Sets the path of the member at hand. Answers whether it was written as a directory, with a trailing slash. */
  #readPath(override: Buffer | undefined): boolean {
    let bytes: Uint8Array = this.#block;
    let end = textEnd(this.#block, FIELD.name, FIELD.nameEnd);
    if (override !== undefined) {
      bytes = override;
      end = this.#endBeforeNul(override, 'path');
    } else if (hasPrefix(this.#block)) {
      bytes = this.#joined;
      end = joinName(this.#block, end, this.#joined);
    }
    this.#assertPathLength(end);
    normalizePath(bytes, 0, end, this.#path);
    return end > 0 && bytes[end - 1] === SLASH;
  }

  #readLink(type: 'symlink' | 'hardlink', override: Buffer | undefined): string {
    const bytes = override ?? this.#block;
    const start = override === undefined ? FIELD.link : 0;
    const end =
      override === undefined ? textEnd(bytes, FIELD.link, FIELD.linkEnd) : this.#endBeforeNul(override, 'link target');
    this.#assertPathLength(end - start);
    if (type === 'symlink') return bytes.toString('utf8', start, end);
    if (bytes[start] === SLASH && end > start) {
      this.#unsafe('TAR_LINK_ABSOLUTE', 'the target of a hard link is absolute');
    }
    normalizePath(bytes, start, end, this.#link);
    if (this.#link.escapes) this.#unsafe('TAR_PATH_ESCAPES', 'the target of a hard link leads out of the archive');
    return pathText(this.#link);
  }

  #endBeforeNul(bytes: Buffer, what: string): number {
    const end = textEnd(bytes, 0, bytes.length);
    if (end < bytes.length) this.#unsafe('TAR_PATH_INVALID', `a ${what} holds a NUL; it is cut there`, '');
    return end;
  }

  #assertPathLength(length: number): void {
    const { maxPathBytes } = this.#limits;
    if (length > maxPathBytes) {
      throw this.#error('TAR_PATH_TOO_LONG', `a path of ${length} bytes is over the limit of ${maxPathBytes}`);
    }
  }

  #checkTail(chunk: Uint8Array, at: number): void {
    for (let i = at; i < chunk.length && !this.#hasTail; i++) {
      if (chunk[i] === 0) continue;
      this.#hasTail = true;
      this.#headerOffset = this.#offset + i - at;
      this.#unsafe('TAR_TRAILING_DATA', 'bytes after the end of the archive are passed over', '');
    }
    this.#offset += chunk.length - at;
    this.#assertTotal(0);
  }

  #assertTotal(following: number): void {
    const { maxTotalBytes } = this.#limits;
    if (this.#offset + following > maxTotalBytes) {
      throw this.#error('TAR_TOO_LARGE', `the uncompressed archive is over the limit of ${maxTotalBytes} bytes`);
    }
  }

  #headerNumber(start: number, end: number, what: string): number {
    const value = readTarNumber(this.#block, start, end);
    if (Number.isNaN(value)) throw this.#error('TAR_HEADER_INVALID', `the ${what} in a header is not a number`);
    return value;
  }

  #quotedPath(): string {
    return JSON.stringify(pathText(this.#path));
  }

  #unsafe(code: TarFault['code'], sentence: string, path = pathText(this.#path)): void {
    const { onUnsafe } = this.#options;
    if (onUnsafe === 'refuse') throw this.#error(code, path === '' ? sentence : `${JSON.stringify(path)}: ${sentence}`);
    onUnsafe({ code, path, offset: this.#headerOffset, detail: sentence });
  }

  #error(code: keyof typeof ARCHIVE_ERRORS, sentence: string, offset = this.#headerOffset): AppError {
    const { file } = this.#options;
    return fail(code, sentence, { place: file === undefined ? { offset } : { file, offset } });
  }
}
