/** The values used last, up to a total weight; those that go are handed to `onDrop`. */
export class Recent<T> {
  readonly #items = new Map<string, T>();
  readonly #maxWeight: number;
  readonly #weigh: (item: T) => number;
  readonly #onDrop: (item: T) => void;
  #weight = 0;

  constructor(maxWeight: number, weigh: (item: T) => number, onDrop: (item: T) => void = () => undefined) {
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
    this.#onDrop = onDrop;
  }

  get(key: string): T | undefined {
    const found = this.#items.get(key);
    if (found === undefined) return undefined;
    this.#items.delete(key);
    this.#items.set(key, found);
    return found;
  }

  /** The value put last stays, however heavy it is. */
  put(key: string, item: T): void {
    this.#drop(key);
    this.#items.set(key, item);
    this.#weight += this.#weigh(item);
    for (const oldest of this.#items.keys()) {
      if (this.#weight <= this.#maxWeight || oldest === key) break;
      this.#drop(oldest);
    }
  }

  clear(): void {
    for (const key of this.#items.keys()) this.#drop(key);
  }

  #drop(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    this.#weight -= this.#weigh(item);
    this.#onDrop(item);
  }
}
