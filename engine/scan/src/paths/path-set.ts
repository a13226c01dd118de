import { endianness } from 'node:os';

const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** Collects path hashes; doubles without boxing, however many. */
export class PathSetBuilder {
  #hashes = new Float64Array(1024);
  #length = 0;

  add(hash: number): void {
    if (this.#length === this.#hashes.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes[this.#length++] = hash;
  }

  build(): PathSet {
    const sorted = this.#hashes.subarray(0, this.#length).sort();
    let distinct = 0;
    for (let i = 0; i < sorted.length; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[distinct++] = sorted[i] as number;
    }
    return new PathSet(sorted.slice(0, distinct));
  }
}

/** A set of path hashes. `has` may be wrong when it says yes (two paths, one hash), never when it says no. */
export class PathSet {
  readonly #sorted: Float64Array;

  /** @param sorted ascending and distinct */
  constructor(sorted: Float64Array) {
    this.#sorted = sorted;
  }

  get size(): number {
    return this.#sorted.length;
  }

  has(hash: number): boolean {
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < hash) low = middle + 1;
      else high = middle;
    }
    return sorted[low] === hash;
  }

  /** How many hashes both sets hold. */
  countShared(other: PathSet): number {
    const [a, b] = [this.#sorted, other.#sorted];
    let shared = 0;
    for (let i = 0, k = 0; i < a.length && k < b.length;) {
      const order = (a[i] as number) - (b[k] as number);
      if (order === 0) shared++;
      if (order <= 0) i++;
      if (order >= 0) k++;
    }
    return shared;
  }

  /** Little-endian doubles as base64: what is kept in a cache record. */
  toText(): string {
    const bytes = Buffer.from(this.#sorted.slice().buffer);
    return (IS_LITTLE_ENDIAN ? bytes : bytes.swap64()).toString('base64');
  }

  /** `undefined` when the text is not one that {@link toText} writes. */
  static fromText(text: string): PathSet | undefined {
    const bytes = Buffer.from(text, 'base64');
    const isWhole = bytes.length % 8 === 0 && text.length === Math.ceil(bytes.length / 3) * 4;
    if (!isWhole) return undefined;
    const sorted = new Float64Array(bytes.length / 8);
    // A copy: the bytes may lie in a pool, where doubles are not aligned.
    new Uint8Array(sorted.buffer).set(IS_LITTLE_ENDIAN ? bytes : bytes.swap64());
    let last = -1;
    for (let i = 0; i < sorted.length; i++) {
      const hash = sorted[i] as number;
      if (!(hash > last)) return undefined;
      last = hash;
    }
    return new PathSet(sorted);
  }
}
