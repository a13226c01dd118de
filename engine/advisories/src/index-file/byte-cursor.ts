import { fail } from '../errors.ts';

/** Reads what a ByteWriter wrote. Nothing it is given can make it read outside its bytes or loop. */
export class ByteCursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || scale > 2 ** 49) throw damaged('a number is cut short');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** A number of things, each of which takes at least one byte: so it cannot exceed what is left. */
  count(): number {
    const count = this.number();
    if (count > this.#bytes.length - this.#at) throw damaged('a count exceeds the block');
    return count;
  }

  /** A number below a bound. */
  numberBelow(bound: number): number {
    const value = this.number();
    if (value >= bound) throw damaged('a reference points nowhere');
    return value;
  }

  raw(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw damaged('a block is cut short');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  text(encoding: 'utf8' | 'latin1' = 'utf8'): string {
    const size = this.count();
    const start = this.#at;
    this.#at += size;
    return this.#bytes.toString(encoding, start, start + size);
  }

  textAfter(previous: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
    const shared = this.number();
    if (shared > previous.length) throw damaged('a text shares more than there is');
    return previous.slice(0, shared) + this.text(encoding);
  }
}

export function damaged(what: string): Error {
  return fail('INDEX_DAMAGED', `the advisory index is damaged: ${what}`);
}
