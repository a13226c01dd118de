import type { shape } from '@stella-ops/engine-kernel';
import { LIMITS } from '../limits.ts';
import type { Foreign, Reading } from './reading.ts';

const KNOWN_PREFIXES = ['stella:', 'aquasecurity:trivy:', 'syft:'];

/** Name-value pairs of an object in a foreign document, of the tools whose names we know. A name may stand several times. */
export class Properties {
  readonly #values = new Map<string, string[]>();
  readonly #reading: Reading;
  readonly #pointer: string;

  constructor(reading: Reading, owner: Foreign, pointer: string) {
    this.#reading = reading;
    this.#pointer = pointer;
    if (owner['properties'] === undefined) return;
    for (const [property, at] of reading.objects(owner, 'properties', pointer)) {
      const name = reading.text(property, 'name', at);
      if (name === undefined || !KNOWN_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
      const value = reading.text(property, 'value', at, LIMITS.longTextLength) ?? '';
      const known = this.#values.get(name);
      if (known === undefined) this.#values.set(name, [value]);
      else known.push(value);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  first(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Every property whose name starts so, by the rest of its name. */
  startingWith(prefix: string): [rest: string, value: string][] {
    const found: [string, string][] = [];
    for (const [name, [value]] of this.#values) {
      if (name.startsWith(prefix) && value !== undefined) found.push([name.slice(prefix.length), value]);
    }
    return found;
  }

  /** Values that are JSON of our own; `undefined` stands for one that does not parse. */
  embedded<T>(shape: shape.Shape<T>, name: string): (T | undefined)[] {
    return this.all(name).map((value) => this.#reading.embedded(shape, value, `${this.#pointer}/properties`));
  }
}
