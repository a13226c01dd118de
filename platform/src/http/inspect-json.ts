/** What `JSON.parse` lets through and a store or a second reader would understand differently. */
export interface JsonTrap {
  readonly offset: number;
  readonly message: string;
  readonly isDuplicate: boolean;
}

const NUMBER = /-?\d[\d.eE+-]*/y;

/**
 * Finds the first member that its object already has, a member named `__proto__`, a string with an unpaired surrogate or
 * U+0000 (PostgreSQL stores neither), or a number that is infinite once it is read.
 *
 * @param text JSON that `JSON.parse` accepts, with its nesting already capped
 */
export function findJsonTrap(text: string): JsonTrap | undefined {
  // One entry for each open container: the names so far of an object, null for a list.
  const open: (Set<string> | null)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
        open.push(new Set());
        isName = true;
        break;
      case 0x5b: // [
        open.push(null);
        isName = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
      case 0x2c: // ,
        isName = open.at(-1) !== null;
        break;
      case 0x22: {
        const end = endOfString(text, at);
        const names = isName ? open.at(-1) : undefined;
        const trap = trapIn(text.slice(at, end), names);
        if (trap !== undefined) return { offset: at, ...trap };
        isName = false;
        at = end - 1;
        break;
      }
      default: {
        const end = endOfNumber(text, at);
        if (end === at) break;
        const literal = text.slice(at, end);
        if (!Number.isFinite(Number(literal))) {
          return { offset: at, message: `the number ${literal.slice(0, 80)} is too large`, isDuplicate: false };
        }
        at = end - 1;
      }
    }
  }
  return undefined;
}

function trapIn(literal: string, names: Set<string> | null | undefined): Omit<JsonTrap, 'offset'> | undefined {
  const value = literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  if (!value.isWellFormed()) return { message: 'a string holds an unpaired surrogate', isDuplicate: false };
  if (value.includes('\0')) return { message: 'a string holds the character U+0000', isDuplicate: false };
  if (names === null || names === undefined) return undefined;
  if (value === '__proto__') return { message: 'no member may be called __proto__', isDuplicate: false };
  if (names.has(value)) return { message: `the member ${literal.slice(0, 80)} is given twice`, isDuplicate: true };
  names.add(value);
  return undefined;
}

/** Offset behind the number that begins here; the same one when none does. */
function endOfNumber(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) return start;
  NUMBER.lastIndex = start;
  return NUMBER.test(text) ? NUMBER.lastIndex : start;
}

/** Offset behind the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at + 1;
}
