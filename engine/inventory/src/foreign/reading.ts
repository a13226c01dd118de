import { canonicalJson, decode, parseJson, type Violation } from '@stella-ops/engine-kernel';
import type { shape } from '@stella-ops/engine-kernel';
import { LIMITS } from '../limits.ts';

/** A JSON object of a foreign document. Only fixed member names are looked up in it. */
export type Foreign = Readonly<Record<string, unknown>>;

/**
 * Takes what is usable out of a foreign document and notes what was not. Absent, `null` and empty are the same: writers
 * in Go leave all three behind.
 */
export class Reading {
  readonly warnings: Violation[] = [];
  #unlisted = 0;

  warn(pointer: string, message: string): void {
    if (this.warnings.length < LIMITS.warnings) this.warnings.push({ pointer, message });
    else this.#unlisted++;
  }

  /** All warnings; the last one counts those beyond the limit. */
  allWarnings(): readonly Violation[] {
    if (this.#unlisted === 0) return this.warnings;
    return [...this.warnings, { pointer: '', message: `${this.#unlisted} more warnings` }];
  }

  /** A text; lone surrogates, which no canonical form can hold, become U+FFFD. */
  text(owner: Foreign, member: string, pointer: string, maxLength: number = LIMITS.textLength): string | undefined {
    const value = owner[member];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') {
      this.warn(`${pointer}/${member}`, 'not a text, left out');
      return undefined;
    }
    if (value.length > maxLength) {
      this.warn(`${pointer}/${member}`, `longer than ${maxLength} characters, left out`);
      return undefined;
    }
    if (value.isWellFormed()) return value;
    this.warn(`${pointer}/${member}`, 'holds a lone surrogate, replaced');
    return value.toWellFormed();
  }

  /** The objects of a list with their pointers. */
  *objects(owner: Foreign, member: string, pointer: string): Generator<[item: Foreign, pointer: string]> {
    const value = owner[member];
    if (value === undefined || value === null) return;
    if (!Array.isArray(value)) {
      this.warn(`${pointer}/${member}`, 'not a list, left out');
      return;
    }
    for (const [index, item] of value.entries()) {
      if (isForeign(item)) yield [item, `${pointer}/${member}/${index}`];
      else this.warn(`${pointer}/${member}/${index}`, 'not an object, left out');
    }
  }

  /** The texts of a list. */
  *texts(owner: Foreign, member: string, pointer: string): Generator<string> {
    const value = owner[member];
    if (!Array.isArray(value)) return;
    for (let index = 0; index < value.length; index++) {
      const text = this.text(value as unknown as Foreign, String(index), `${pointer}/${member}`);
      if (text !== undefined) yield text;
    }
  }

  /** A value of our own that travels as JSON inside a text of a foreign document. */
  embedded<T>(shape: shape.Shape<T>, text: string, pointer: string): T | undefined {
    try {
      const decoded = decode(shape, parseJson(text, pointer, { maxBytes: 16 * 1024 * 1024, maxDepth: 32 }));
      if (decoded.ok) {
        // Escapes inside the text can hide a lone surrogate.
        canonicalJson(decoded.value);
        return decoded.value;
      }
    } catch {
      // The warning below says it.
    }
    this.warn(pointer, 'an extension of this product that does not parse, left out');
    return undefined;
  }
}

export function isForeign(value: unknown): value is Foreign {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text to compare with; `String` would call a `toString` that a document can bring along. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
