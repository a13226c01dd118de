/** Fields of one block of `Name: value` lines, names in lower case. Lines of a folded value are joined by a newline. */
export interface Stanza {
  /** Line it begins on, 1-based. */
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
  /** Line that is neither field nor continuation; the rest of the block was still read. */
  readonly badLine?: number;
}

const SPACE = 0x20;
const TAB = 0x09;
const MAX_NAME = 100;

/**
 * Blocks of header fields separated by blank lines, as in Debian control files (deb-control(5)) and RFC 822. Only the
 * wanted fields are kept, named in lower case; of a repeated field the values are joined by a newline.
 */
export function* readStanzas(text: string, wanted: ReadonlySet<string>): Generator<Stanza> {
  let line = 0;
  let start = 0;
  let fields = new Map<string, string>();
  let firstLine = 0;
  let badLine: number | undefined;
  let current: string | undefined;
  const stanza = (): Stanza => ({ line: firstLine, fields, ...(badLine !== undefined && { badLine }) });

  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    line++;
    const code = text.charCodeAt(start);
    if (isBlank(text, start, end)) {
      if (firstLine !== 0) yield stanza();
      fields = new Map();
      firstLine = 0;
      badLine = undefined;
      current = undefined;
    } else if (firstLine !== 0 && (code === SPACE || code === TAB)) {
      if (current !== undefined) fields.set(current, `${fields.get(current)}\n${text.slice(start, end).trim()}`);
    } else {
      if (firstLine === 0) firstLine = line;
      current = undefined;
      const colon = text.indexOf(':', start);
      if (colon === -1 || colon >= end || colon === start || colon - start > MAX_NAME) {
        badLine ??= line;
      } else {
        const name = text.slice(start, colon).toLowerCase();
        if (wanted.has(name)) {
          const value = text.slice(colon + 1, end).trim();
          const before = fields.get(name);
          fields.set(name, before === undefined ? value : `${before}\n${value}`);
          current = name;
        }
      }
    }
    start = end + 1;
  }
  if (firstLine !== 0) yield stanza();
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code !== SPACE && code !== TAB && code !== 0x0d) return false;
  }
  return true;
}
