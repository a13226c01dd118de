/** First place where a text stops being JSON (RFC 8259), as a code-unit offset and what was expected there. */
export interface JsonFault {
  readonly offset: number;
  readonly expected: string;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WHITE = /[ \t\n\r]*/y;

/**
 * Walks a text that `JSON.parse` refused. The engine's own message gives a position only sometimes, and never in a
 * stable form. Without recursion, so depth does not matter.
 */
export function findJsonFault(text: string): JsonFault {
  const open: ('{' | '[')[] = [];
  let at = 0;
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0].length ?? 0;
  };
  const skipWhite = () => (at += match(WHITE));
  const string = (): JsonFault | undefined => {
    at++;
    // A loop and not one pattern: a pattern with a starred choice keeps a backtracking entry for every character.
    for (let code = text.charCodeAt(at); code !== 0x22 && code >= 0x20; code = text.charCodeAt(at)) {
      const length = code === 0x5c ? match(ESCAPE) : 1;
      if (length === 0) break;
      at += length;
    }
    if (text[at] !== '"')
      return { offset: at, expected: at < text.length ? 'a valid character in a string' : 'the end of a string' };
    at++;
    return undefined;
  };
  const key = (): JsonFault | undefined => {
    skipWhite();
    if (text[at] !== '"') return { offset: at, expected: 'a member name in double quotes' };
    const fault = string();
    if (fault !== undefined) return fault;
    skipWhite();
    if (text[at] !== ':') return { offset: at, expected: '":"' };
    at++;
    return undefined;
  };

  for (;;) {
    // A value is due here.
    skipWhite();
    const c = text[at];
    let fault: JsonFault | undefined;
    if (c === '{' || c === '[') {
      at++;
      skipWhite();
      if (text[at] !== (c === '{' ? '}' : ']')) {
        open.push(c);
        if (c === '{') fault = key();
        if (fault !== undefined) return fault;
        continue;
      }
      at++;
    } else if (c === '"') {
      fault = string();
    } else {
      const word = ['true', 'false', 'null'].find((one) => text.startsWith(one, at));
      const length = word?.length ?? match(NUMBER);
      if (length === 0) fault = { offset: at, expected: 'a value' };
      at += length;
    }
    if (fault !== undefined) return fault;

    // A value has ended: close what ends here, or go on to the next one.
    for (;;) {
      skipWhite();
      const inside = open.at(-1);
      if (inside === undefined) return { offset: at, expected: 'the end of the document' };
      if (text[at] === (inside === '{' ? '}' : ']')) {
        open.pop();
        at++;
        continue;
      }
      if (text[at] !== ',') return { offset: at, expected: inside === '{' ? '"," or "}"' : '"," or "]"' };
      at++;
      if (inside === '{') fault = key();
      if (fault !== undefined) return fault;
      break;
    }
  }
}
