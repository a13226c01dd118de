/** Pulls exact numbers of bytes out of a stream of chunks. */
export class ByteSource {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  #isOver = false;
  /** Bytes consumed so far. */
  offset = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, fewer at the end, without consuming them. */
  async peek(count: number): Promise<Buffer> {
    while (this.#buffered < count && (await this.#pull()));
    const first = this.#chunks[0];
    if (first === undefined) return Buffer.alloc(0);
    if (first.length < count && this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    const whole = this.#chunks[0] as Uint8Array;
    return Buffer.from(whole.buffer, whole.byteOffset, Math.min(count, whole.length));
  }

  /** The next `count` bytes, fewer at the end. */
  async take(count: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const chunk of this.pass(count)) parts.push(chunk);
    return Buffer.concat(parts);
  }

  /** The next `count` bytes as they come, fewer at the end. */
  async *pass(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0;) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) {
        if (!(await this.#pull())) return;
        continue;
      }
      const taken = Math.min(left, chunk.length);
      if (taken === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(taken);
      this.#buffered -= taken;
      this.offset += taken;
      left -= taken;
      yield chunk.subarray(0, taken);
    }
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#iterator.return?.();
  }

  async #pull(): Promise<boolean> {
    if (this.#isOver) return false;
    const next = await this.#iterator.next();
    if (next.done === true) {
      this.#isOver = true;
      return false;
    }
    if (next.value.length > 0) {
      this.#chunks.push(next.value);
      this.#buffered += next.value.length;
    }
    return true;
  }
}
