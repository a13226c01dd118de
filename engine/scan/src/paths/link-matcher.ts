import { PathMatcher, type PathRules } from './path-rules.ts';

const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * Which symbolic links are kept by name: those near the root (`lib` → `usr/lib`), those on the way to a path that is
 * opened by name, and those in package folders. Any other one that turns out to matter is looked up in a second reading.
 */
export class LinkMatcher {
  readonly #waypoints: PathMatcher;
  readonly #folders: readonly Buffer[];

  constructor(sets: readonly PathRules[]) {
    const waypoints = new Set<string>();
    for (const path of sets.flatMap(({ paths = [], directories = [] }) => [...paths, ...directories])) {
      for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) waypoints.add(path.slice(0, end));
      waypoints.add(path);
    }
    this.#waypoints = new PathMatcher([{ paths: [...waypoints] }]);
    this.#folders = sets.flatMap(({ linksIn = [] }) => linksIn).map((name) => Buffer.from(name));
  }

  matches(path: Uint8Array, start: number, end: number): boolean {
    const last = lastSlash(path, start, end);
    const before = last === -1 ? -1 : lastSlash(path, start, last);
    if (before === -1) return true;
    if (this.#waypoints.match(path, start, end, -1) !== -1) return true;
    return this.#isInFolder(path, start, before, last);
  }

  /** `…/folder/link` or `…/folder/@scope/link`; links in hidden folders (`.bin`) lead to files. */
  #isInFolder(path: Uint8Array, start: number, before: number, last: number): boolean {
    for (const folder of this.#folders) {
      if (isPart(path, before + 1, last, folder)) return true;
      const from = lastSlash(path, start, before);
      const isHidden = path[before + 1] === DOT;
      if (!isHidden && isPart(path, from === -1 ? start : from + 1, before, folder)) return true;
    }
    return false;
  }
}

function lastSlash(path: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  while (at >= start && path[at] !== SLASH) at--;
  return at >= start ? at : -1;
}

function isPart(path: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (path[start + i] !== name[i]) return false;
  return true;
}
