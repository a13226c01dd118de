import type { TarSink } from '@stella-ops/engine-archive';
import type { Parsed, RangeReader } from '../analyzers/analyzer.ts';

const NOTHING = Buffer.alloc(0);

/** Gathers a whole file. Most come in one chunk and are then not copied. */
export class WholeFileSink implements TarSink {
  readonly #sizeBytes: number;
  readonly #onBytes: (bytes: Buffer) => void;
  #bytes: Buffer = NOTHING;
  #filled = 0;

  constructor(sizeBytes: number, onBytes: (bytes: Buffer) => void) {
    this.#sizeBytes = sizeBytes;
    this.#onBytes = onBytes;
  }

  write(chunk: Uint8Array): void {
    if (chunk.length === this.#sizeBytes) {
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      this.#filled = chunk.length;
      this.#deliver();
      return;
    }
    if (this.#filled === 0) this.#bytes = Buffer.allocUnsafe(this.#sizeBytes);
    this.#bytes.set(chunk, this.#filled);
    this.#filled += chunk.length;
    if (this.#filled === this.#sizeBytes) this.#deliver();
  }

  end(): void {
    if (this.#sizeBytes === 0) this.#deliver();
  }

  #deliver(): void {
    this.#onBytes(this.#bytes);
    this.#bytes = NOTHING;
  }
}

/** Runs a {@link RangeReader} on a file that streams by; keeps no more than the range it waits for. */
export class RangeSink<F> implements TarSink {
  readonly #reader: RangeReader<F>;
  readonly #onResult: (parsed: Parsed<F>) => void;
  #offset = 0;
  #from = 0;
  #to = 0;
  #kept: Uint8Array = NOTHING;
  #filled = 0;
  #isDone = false;

  constructor(reader: RangeReader<F>, onResult: (parsed: Parsed<F>) => void) {
    this.#reader = reader;
    this.#onResult = onResult;
    this.#advance(reader.next());
  }

  write(chunk: Uint8Array): void {
    const start = this.#offset;
    const end = (this.#offset += chunk.length);
    while (!this.#isDone && this.#from < end) {
      const from = Math.max(this.#from + this.#filled, start);
      const to = Math.min(this.#to, end);
      if (to === this.#to && this.#filled === 0) {
        this.#advance(this.#reader.next(chunk.subarray(from - start, to - start)));
        continue;
      }
      if (this.#filled === 0) this.#kept = Buffer.allocUnsafe(this.#to - this.#from);
      this.#kept.set(chunk.subarray(from - start, to - start), this.#filled);
      this.#filled += to - from;
      if (to < this.#to) return;
      this.#advance(this.#reader.next(this.#kept));
    }
  }

  end(): void {
    // What reaches past the end of the file is answered short, as reading a file by position would.
    while (!this.#isDone) this.#advance(this.#reader.next(this.#kept.subarray(0, this.#filled)));
  }

  #advance(step: IteratorResult<{ offset: number; length: number }, Parsed<F> | undefined>): void {
    this.#kept = NOTHING;
    this.#filled = 0;
    if (step.done !== true) {
      this.#from = step.value.offset;
      this.#to = step.value.offset + step.value.length;
      return;
    }
    this.#isDone = true;
    if (step.value !== undefined) this.#onResult(step.value);
  }
}

/** Runs a {@link RangeReader} on a file that can be read at any place. */
export function readRanges<F>(
  reader: RangeReader<F>,
  readAt: (offset: number, length: number) => Uint8Array,
): Parsed<F> | undefined {
  let step = reader.next();
  while (step.done !== true) step = reader.next(readAt(step.value.offset, step.value.length));
  return step.value;
}
