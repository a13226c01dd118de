import { fail } from './errors.ts';

const FRAME_MAGIC = 0xfd2fb528;
/** Skippable frames: the last four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a50;

type State =
  'magic' | 'descriptor' | 'frame-header' | 'block-header' | 'block' | 'checksum' | 'skippable-size' | 'skippable';

/**
 * Walks zstd frames (RFC 8878, section 3.1) without decoding them. Node's decoder stops after the first frame of a
 * chunk and is silent about what follows; with chunks that end where frames end it takes any number of them, and
 * truncation and trailing bytes are seen here.
 */
class ZstdFrameWalker {
  #state: State = 'magic';
  /** Bytes the state still takes, and their little-endian value (only used for up to four bytes). */
  #missing = 4;
  #value = 0;
  #shift = 1;
  #hasChecksum = false;
  #isLastBlock = false;
  #frames = 0;
  #offset = 0;
  readonly #file: string | undefined;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  /** Goes on from `at` to the end of the frame or of the chunk, whichever is first, and answers where that is. */
  walk(chunk: Uint8Array, at: number): number {
    const frames = this.#frames;
    while (at < chunk.length && this.#frames === frames) {
      if (this.#state === 'block' || this.#state === 'skippable' || this.#state === 'frame-header') {
        const passed = Math.min(this.#missing, chunk.length - at);
        this.#missing -= passed;
        at += passed;
        this.#offset += passed;
      } else {
        this.#value += (chunk[at++] as number) * this.#shift;
        this.#shift *= 256;
        this.#missing--;
        this.#offset++;
      }
      if (this.#missing === 0) this.#next();
    }
    return at;
  }

  end(): void {
    if (this.#state === 'magic' && this.#missing === 4 && this.#frames > 0) return;
    if (this.#state === 'magic' && this.#frames > 0) throw this.#trailing();
    throw fail('COMPRESSION_TRUNCATED', 'the zstd data ends in the middle of a frame', this.#place());
  }

  #enter(state: State, missing: number): void {
    this.#state = state;
    this.#missing = missing;
    this.#value = 0;
    this.#shift = 1;
    // A block may be empty.
    if (missing === 0) this.#next();
  }

  #next(): void {
    const value = this.#value;
    switch (this.#state) {
      case 'magic':
        if (value === FRAME_MAGIC) return this.#enter('descriptor', 1);
        if (value - (value % 16) === SKIPPABLE_MAGIC) return this.#enter('skippable-size', 4);
        throw this.#frames > 0
          ? this.#trailing()
          : fail('COMPRESSION_INVALID', 'the data is not a zstd frame', this.#place());
      case 'descriptor':
        this.#hasChecksum = (value & 4) !== 0;
        return this.#enter('frame-header', frameHeaderBytes(value));
      case 'frame-header':
        return this.#enter('block-header', 3);
      case 'block-header': {
        this.#isLastBlock = (value & 1) !== 0;
        const isRunLength = ((value >> 1) & 3) === 1;
        return this.#enter('block', isRunLength ? 1 : value >> 3);
      }
      case 'block':
        if (!this.#isLastBlock) return this.#enter('block-header', 3);
        return this.#hasChecksum ? this.#enter('checksum', 4) : this.#endFrame();
      case 'skippable-size':
        return this.#enter('skippable', value);
      case 'skippable':
      case 'checksum':
        return this.#endFrame();
    }
  }

  #endFrame(): void {
    this.#frames++;
    this.#enter('magic', 4);
  }

  #trailing() {
    return fail('COMPRESSION_TRAILING_DATA', 'bytes that are no frame follow the zstd data', this.#place());
  }

  #place() {
    const offset = this.#offset;
    return { place: this.#file === undefined ? { offset } : { file: this.#file, offset } };
  }
}

/** Bytes of the frame header behind its descriptor (RFC 8878, section 3.1.1.1). */
function frameHeaderBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  return (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
}

/**
 * The same bytes, cut so that no chunk holds bytes of two frames.
 *
 * @throws AppError `COMPRESSION_INVALID`, `COMPRESSION_TRUNCATED`, `COMPRESSION_TRAILING_DATA`
 */
export async function* splitZstdFrames(source: AsyncIterable<Uint8Array>, file?: string): AsyncGenerator<Uint8Array> {
  const walker = new ZstdFrameWalker(file);
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const end = walker.walk(chunk, at);
      yield at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end);
      at = end;
    }
  }
  walker.end();
}
