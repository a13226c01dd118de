/** Bytes that grow: LEB128 numbers, texts, and lists of sorted texts of which each says what it shares with the one before. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A view of what was written; it is overwritten by nothing, as the writer only appends. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A natural number below 2^53. */
  number(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(text: string, encoding: 'utf8' | 'latin1' = 'utf8'): void {
    const size = Buffer.byteLength(text, encoding);
    this.number(size);
    this.#reserve(size);
    this.#bytes.write(text, this.#length, size, encoding);
    this.#length += size;
  }

  /** A text after another one of a sorted list: the length of what they share, and the rest. */
  textAfter(previous: string, text: string, encoding: 'utf8' | 'latin1' = 'utf8'): void {
    let shared = 0;
    const most = Math.min(previous.length, text.length);
    while (shared < most && previous.charCodeAt(shared) === text.charCodeAt(shared)) shared++;
    // Half of a surrogate pair has no UTF-8.
    if (shared > 0 && (text.charCodeAt(shared - 1) & 0xfc00) === 0xd800) shared--;
    this.number(shared);
    this.text(text.slice(shared), encoding);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.bytes());
    this.#bytes = larger;
  }
}
