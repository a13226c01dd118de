/** Least recently used values by number. */
export class Lru<T> {
  readonly #values = new Map<number, T>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: number, make: (key: number) => T): T {
    let value = this.#values.get(key);
    if (value === undefined) {
      value = make(key);
      if (this.#values.size >= this.#capacity) {
        const [oldest] = this.#values.keys();
        if (oldest !== undefined) this.#values.delete(oldest);
      }
    } else {
      this.#values.delete(key);
    }
    this.#values.set(key, value);
    return value;
  }
}
