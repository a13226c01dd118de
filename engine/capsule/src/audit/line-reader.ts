const NEWLINE = 0x0a;
/** Far above what any entry has; what is longer is no entry. */
export const MAX_LINE_BYTES = 16 * 1024 ** 2;

/** Cuts chunks into lines, of which it keeps one at most. */
export class LineReader {
  readonly #onLine: (line: Buffer) => void;
  #parts: Buffer[] = [];
  #size = 0;
  #isTooLong = false;

  /** @param onLine gets each line without its newline; valid during the call only */
  constructor(onLine: (line: Buffer) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    while (!this.#isTooLong) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end === -1) break;
      const rest = bytes.subarray(from, end);
      from = end + 1;
      this.#size += rest.length;
      if (this.#size > MAX_LINE_BYTES) this.#isTooLong = true;
      else this.#onLine(this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest]));
      this.#parts = [];
      this.#size = 0;
    }
    if (this.#isTooLong || from === bytes.length) return;
    // A copy: the chunk is the giver's again after this call.
    this.#parts.push(Buffer.from(bytes.subarray(from)));
    this.#size += bytes.length - from;
    if (this.#size > MAX_LINE_BYTES) {
      this.#isTooLong = true;
      this.#parts = [];
    }
  }

  /** What is wrong with the lines as lines, once all is written. */
  end(): string | undefined {
    if (this.#isTooLong) return `a line is longer than ${MAX_LINE_BYTES} bytes`;
    return this.#size > 0 ? 'the last line does not end' : undefined;
  }
}
