import type { TarEntry, TarEntryType, TarFault, TarSink } from '@stella-ops/engine-archive';
import { compareText, type Digest, sortedBy } from '@stella-ops/engine-kernel';
import type { Analyzer, Parsed, Problem } from '../analyzers/analyzer.ts';
import { fail } from '../errors.ts';
import { LinkMatcher } from '../paths/link-matcher.ts';
import { hashPath } from '../paths/path-hash.ts';
import { PathMatcher } from '../paths/path-rules.ts';
import { PathSetBuilder } from '../paths/path-set.ts';
import type { ScanLimits } from '../types.ts';
import { RangeSink, readRanges, WholeFileSink } from './file-readers.ts';
import type { FileFacts, LayerFacts } from './layer-facts.ts';

const SLASH = 0x2f;
const WHITEOUT = Buffer.from('.wh.');
/** OCI image specification, layer, "Opaque Whiteout". */
const OPAQUE_NAME = '.wh..wh..opq';
/** Book-keeping of AUFS, which never was part of an image. */
const AUFS_PREFIX = '.wh..wh.';

/** What to do with a member that {@link LayerCollector.wants} accepted. */
type Pending = { readonly analyzer: Analyzer; readonly hash: number } | { readonly link: true; readonly hash: number };

/**
 * Takes the members of one layer, in any order, and gives its facts. Paths are looked at as bytes; only what an analyzer
 * wants or an overlay needs becomes a string. Of several members with one path the last counts.
 */
export class LayerCollector {
  readonly #analyzers: readonly Analyzer[];
  readonly #matcher: PathMatcher;
  readonly #linkMatcher: LinkMatcher;
  readonly #limits: Required<ScanLimits>;
  readonly #readAt: ((offset: number, length: number) => Uint8Array) | undefined;

  readonly #directories = new PathSetBuilder();
  readonly #others = new PathSetBuilder();
  readonly #parents: number[] = [];
  readonly #onParent: (hash: number, depth: number) => void;

  readonly #whiteouts = new Set<string>();
  readonly #opaque = new Set<string>();
  readonly #links = new Map<string, string>();
  readonly #files = new Map<string, FileFacts>();
  /** Paths of links and of files known by content: an unwanted later member may take their place. */
  readonly #replaceable = new Map<number, string>();
  readonly #faults = new Map<TarFault['code'], { count: number; path: string; detail: string }>();

  #entries = 0;
  #pathBytes = 0;
  #contentBytes = 0;
  #pending: Pending | undefined;

  /** @param readAt reads the archive at any offset, where that is possible: large files are then read in part */
  constructor(
    analyzers: readonly Analyzer[],
    limits: Required<ScanLimits>,
    readAt?: (offset: number, length: number) => Uint8Array,
  ) {
    this.#analyzers = analyzers;
    const wanted = analyzers.map(({ wants }) => wants);
    this.#matcher = new PathMatcher(wanted);
    this.#linkMatcher = new LinkMatcher(wanted);
    this.#limits = limits;
    this.#readAt = readAt;
    this.#onParent = (hash, depth) => {
      // Members of one directory mostly follow each other.
      if (this.#parents[depth] === hash) return;
      this.#parents[depth] = hash;
      this.#directories.add(hash);
    };
  }

  /** For `TarReader`: whether the member at hand is to be told to {@link onEntry}. */
  wants(type: TarEntryType, path: Uint8Array, start: number, end: number, size: number): boolean {
    this.#entries++;
    const hash = hashPath(path, start, end, this.#onParent);
    if (start === end) return false;
    if (this.#takeWhiteout(path, start, end)) return false;
    if (type === 'directory') this.#directories.add(hash);
    else this.#others.add(hash);

    const owner = this.#matcher.match(path, start, end, type === 'file' ? size : -1);
    const analyzer = this.#analyzers[owner];
    if (analyzer !== undefined) {
      this.#pending = { analyzer, hash };
      return true;
    }
    if (type === 'symlink' && this.#linkMatcher.matches(path, start, end)) {
      this.#pending = { link: true, hash };
      return true;
    }
    this.#forget(hash);
    return false;
  }

  onEntry(entry: TarEntry): TarSink | undefined {
    const pending = this.#pending as Pending;
    this.#forget(pending.hash);
    if ('link' in pending) {
      this.#keep(entry.path, entry.linkTarget ?? '');
      this.#links.set(entry.path, entry.linkTarget ?? '');
      this.#replaceable.set(pending.hash, entry.path);
      return undefined;
    }
    const { analyzer, hash } = pending;
    if (analyzer.accepts?.(entry.path) === false) return undefined;
    const file: FileFacts = {
      path: entry.path,
      analyzer: analyzer.id,
      type: entry.type,
      ...(entry.linkTarget !== undefined && { link: entry.linkTarget }),
    };
    const { content } = analyzer;
    if (content.kind === 'ranges') {
      if (entry.isSparse === true) return undefined;
      const take = (parsed: Parsed<unknown>): void => {
        this.#set({ ...file, ...parsed });
        this.#replaceable.set(hash, entry.path);
      };
      return this.#readInParts(entry, content.probe(entry.size), take);
    }
    if (entry.type !== 'file' || content.kind === 'none') {
      this.#set(file);
      return undefined;
    }
    const problem = this.#contentProblem(entry, content.maxBytes);
    if (problem !== undefined) {
      this.#set({ ...file, problems: [problem] });
      return undefined;
    }
    this.#contentBytes += entry.size;
    return new WholeFileSink(entry.size, (bytes) => this.#set({ ...file, ...content.parse(bytes, entry.path) }));
  }

  onUnsafe(fault: TarFault): void {
    const known = this.#faults.get(fault.code);
    // The first in order of paths stands for all, so that the order of members does not matter.
    const isFirst = known === undefined || compareText(fault.path, known.path) < 0;
    const { path, detail } = isFirst ? fault : known;
    this.#faults.set(fault.code, { count: (known?.count ?? 0) + 1, path, detail });
  }

  finish(diffId?: Digest): LayerFacts {
    const directories = this.#directories.build();
    const others = this.#others.build();
    const ambiguous = directories.countShared(others);
    return {
      ...(diffId !== undefined && { diffId }),
      entries: this.#entries,
      directories,
      others,
      whiteouts: [...this.#whiteouts].sort(compareText),
      opaque: [...this.#opaque].sort(compareText),
      links: sortedBy(this.#links, ([path]) => path),
      files: sortedBy(this.#files.values(), ({ path }) => path),
      problems: this.#problems(ambiguous),
    };
  }

  #readInParts(
    entry: TarEntry,
    reader: Parameters<typeof readRanges<unknown>>[0],
    take: (parsed: Parsed<unknown>) => void,
  ): TarSink | undefined {
    const readAt = this.#readAt;
    if (readAt === undefined) return new RangeSink(reader, take);
    const parsed = readRanges(reader, (offset, length) => {
      const left = Math.max(Math.min(length, entry.size - offset), 0);
      return readAt(entry.payloadOffset + offset, left);
    });
    if (parsed !== undefined) take(parsed);
    return undefined;
  }

  #contentProblem({ size, isSparse }: TarEntry, maxBytes: number): Problem | undefined {
    if (isSparse === true) return { code: 'FILE_UNREADABLE', detail: 'a sparse member, whose content is not read' };
    if (size > maxBytes) {
      return { code: 'FILE_TOO_LARGE', detail: `${size} bytes, over the limit of ${maxBytes}; it was not read` };
    }
    if (this.#contentBytes + size <= this.#limits.maxContentBytes) return undefined;
    return { code: 'FILE_UNREADABLE', detail: 'the limit for content read in one layer was reached before' };
  }

  /** Names that begin with `.wh.` delete from lower layers, whatever their type (OCI image specification, layer). */
  #takeWhiteout(path: Uint8Array, start: number, end: number): boolean {
    let nameStart = end;
    while (nameStart > start && path[nameStart - 1] !== SLASH) nameStart--;
    for (let i = 0; i < WHITEOUT.length; i++) if (path[nameStart + i] !== WHITEOUT[i]) return false;
    if (nameStart + WHITEOUT.length > end) return false;
    const buffer = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
    const name = buffer.toString('utf8', nameStart, end);
    const parent = buffer.toString('utf8', start, Math.max(nameStart - 1, start));
    this.#keep(parent, name);
    if (name === OPAQUE_NAME) this.#opaque.add(parent);
    else if (!name.startsWith(AUFS_PREFIX) && name.length > WHITEOUT.length) {
      const deleted = name.slice(WHITEOUT.length);
      this.#whiteouts.add(parent === '' ? deleted : `${parent}/${deleted}`);
    }
    return true;
  }

  #set(file: FileFacts): void {
    this.#keep(file.path, file.link ?? '');
    this.#files.set(file.path, file);
  }

  #forget(hash: number): void {
    const path = this.#replaceable.size === 0 ? undefined : this.#replaceable.get(hash);
    if (path === undefined) return;
    this.#replaceable.delete(hash);
    this.#links.delete(path);
    this.#files.delete(path);
  }

  #keep(path: string, more: string): void {
    this.#pathBytes += path.length + more.length;
    if (this.#pathBytes <= this.#limits.maxPathBytes) return;
    throw fail('LAYER_TOO_LARGE', `paths that matter take more than ${this.#limits.maxPathBytes} bytes`);
  }

  #problems(ambiguous: number): Problem[] {
    const problems: Problem[] = [...this.#faults].map(([code, { count, path, detail }]) => ({
      code,
      detail: `${count} ${count === 1 ? 'member' : 'members'}; ${path === '' ? '' : `${JSON.stringify(path)}: `}${detail}`,
    }));
    if (ambiguous > 0) {
      const detail = `${ambiguous} paths are a directory and something else; they are taken as directories`;
      problems.push({ code: 'LAYER_AMBIGUOUS', detail });
    }
    return sortedBy(problems, ({ code }) => code);
  }
}
