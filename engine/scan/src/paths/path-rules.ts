/** Which paths an analyzer wants, as data: compiled once for all analyzers and compared as bytes. No leading slashes. */
export interface PathRules {
  /** Whole paths: `var/lib/dpkg/status`. Also found over symbolic links, because programs open them by name. */
  readonly paths?: readonly string[];
  /** Everything directly in these directories. */
  readonly directories?: readonly string[];
  /** Last parts of paths: `package.json`. */
  readonly names?: readonly string[];
  /** Ends of paths: `.dist-info/METADATA`. */
  readonly suffixes?: readonly string[];
  /** Every regular file of at least so many bytes that no rule above claims; its first bytes decide then. */
  readonly anyFileFrom?: number;
  /** Symbolic links in folders of these names, and one level below (`node_modules/@scope/name`), are remembered. */
  readonly linksIn?: readonly string[];
}

interface Rule {
  readonly bytes: Uint8Array;
  readonly owner: number;
  /** For what must stand before the bytes: anything, a slash or the start of the path, only the start of the path. */
  readonly before: 'anything' | 'slash' | 'start';
}

const SLASH = 0x2f;
const NOBODY = -1;

/** Answers for a path which of several sets of rules wants it, without making a string. */
export class PathMatcher {
  /** By the last byte of the path. */
  readonly #endings: (readonly Rule[])[] = Array.from({ length: 256 }, () => []);
  /** With trailing slash; by first byte. */
  readonly #directories: (readonly Rule[])[] = Array.from({ length: 256 }, () => []);
  #anyFileFrom = Infinity;
  #anyFileOwner = NOBODY;

  /** The first set that wants a path gets it. */
  constructor(sets: readonly PathRules[]) {
    for (const [owner, set] of sets.entries()) {
      for (const path of set.paths ?? []) this.#addEnding({ bytes: Buffer.from(path), owner, before: 'start' });
      for (const name of set.names ?? []) this.#addEnding({ bytes: Buffer.from(name), owner, before: 'slash' });
      for (const suffix of set.suffixes ?? [])
        this.#addEnding({ bytes: Buffer.from(suffix), owner, before: 'anything' });
      for (const directory of set.directories ?? []) {
        const bytes = Buffer.from(`${directory}/`);
        const first = bytes[0] as number;
        this.#directories[first] = [...(this.#directories[first] ?? []), { bytes, owner, before: 'start' }];
      }
      if (set.anyFileFrom !== undefined) {
        this.#anyFileFrom = set.anyFileFrom;
        this.#anyFileOwner = owner;
      }
    }
  }

  #addEnding(rule: Rule): void {
    const last = rule.bytes[rule.bytes.length - 1] as number;
    this.#endings[last] = [...(this.#endings[last] ?? []), rule];
  }

  /**
   * Index of the set that wants the path `bytes[start, end)`, else -1. A set with `anyFileFrom` gets what is left, when
   * `fileBytes`, the size of a regular file (-1 for anything else), is enough.
   */
  match(bytes: Uint8Array, start: number, end: number, fileBytes: number): number {
    if (start === end) return NOBODY;
    for (const rule of this.#endings[bytes[end - 1] as number] as readonly Rule[]) {
      if (endsWith(bytes, start, end, rule)) return rule.owner;
    }
    for (const rule of this.#directories[bytes[start] as number] as readonly Rule[]) {
      if (isDirectlyIn(bytes, start, end, rule.bytes)) return rule.owner;
    }
    return fileBytes >= this.#anyFileFrom ? this.#anyFileOwner : NOBODY;
  }
}

function endsWith(bytes: Uint8Array, start: number, end: number, { bytes: wanted, before }: Rule): boolean {
  const from = end - wanted.length;
  if (from < start) return false;
  if (before === 'start' && from !== start) return false;
  if (before === 'slash' && from !== start && bytes[from - 1] !== SLASH) return false;
  for (let at = end - 2, i = wanted.length - 2; i >= 0; at--, i--) if (bytes[at] !== wanted[i]) return false;
  return true;
}

function isDirectlyIn(bytes: Uint8Array, start: number, end: number, directory: Uint8Array): boolean {
  const length = directory.length;
  if (end - start <= length) return false;
  for (let i = 1; i < length; i++) if (bytes[start + i] !== directory[i]) return false;
  for (let at = start + length; at < end; at++) if (bytes[at] === SLASH) return false;
  return true;
}
