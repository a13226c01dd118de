import type { Scope } from './fields.ts';

/** True, false, or neither: a comparison with a number that is not known (NaN). */
export type Truth = boolean | undefined;

type NumberOf<R> = (scope: Scope<R>) => number;
type TruthOf<R> = (scope: Scope<R>) => Truth;

export function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

export function equal(a: number | Truth, b: number | Truth): Truth {
  return a === undefined || b === undefined || Number.isNaN(a) || Number.isNaN(b) ? undefined : a === b;
}

/** Neither `p < q` nor its opposite holds exactly when one of them is NaN. */
export const ORDERS = {
  '<':
    <R>(a: NumberOf<R>, b: NumberOf<R>): TruthOf<R> =>
    (scope) => {
      const p = a(scope);
      const q = b(scope);
      return p < q ? true : p >= q ? false : undefined;
    },
  '<=':
    <R>(a: NumberOf<R>, b: NumberOf<R>): TruthOf<R> =>
    (scope) => {
      const p = a(scope);
      const q = b(scope);
      return p <= q ? true : p > q ? false : undefined;
    },
  '>':
    <R>(a: NumberOf<R>, b: NumberOf<R>): TruthOf<R> =>
    (scope) => {
      const p = a(scope);
      const q = b(scope);
      return p > q ? true : p <= q ? false : undefined;
    },
  '>=':
    <R>(a: NumberOf<R>, b: NumberOf<R>): TruthOf<R> =>
    (scope) => {
      const p = a(scope);
      const q = b(scope);
      return p >= q ? true : p < q ? false : undefined;
    },
} as const;

export type Search = (list: readonly string[], test: (value: string) => Truth) => Truth;

/** cel-spec, macros: `exists` and `all` absorb what cannot be told, `exists_one` does not. */
export const SEARCHES: ReadonlyMap<string, Search> = new Map<string, Search>([
  ['exists', (list, test) => settledBy(true, list, test)],
  ['all', (list, test) => settledBy(false, list, test)],
  ['exists_one', isTrueOnce],
]);

function settledBy(end: boolean, list: readonly string[], test: (value: string) => Truth): Truth {
  let isOpen = false;
  for (const value of list) {
    const truth = test(value);
    if (truth === end) return end;
    if (truth === undefined) isOpen = true;
  }
  return isOpen ? undefined : !end;
}

function isTrueOnce(list: readonly string[], test: (value: string) => Truth): Truth {
  let count = 0;
  for (const value of list) {
    const truth = test(value);
    if (truth === undefined) return undefined;
    if (truth) count++;
  }
  return count === 1;
}

export const TEXT_TESTS: ReadonlyMap<string, (text: string, part: string) => boolean> = new Map([
  ['startsWith', (text: string, part: string) => text.startsWith(part)],
  ['endsWith', (text: string, part: string) => text.endsWith(part)],
  ['contains', (text: string, part: string) => text.includes(part)],
]);

export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** CEL's size of a text is its number of code points (cel-spec, standard definitions). */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
