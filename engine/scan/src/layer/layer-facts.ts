import type { TarEntryType } from '@stella-ops/engine-archive';
import type { Digest } from '@stella-ops/engine-kernel';
import type { Problem } from '../analyzers/analyzer.ts';
import type { PathSet } from '../paths/path-set.ts';

/** A path that an analyzer wants, as one layer has it. */
export interface FileFacts {
  readonly path: string;
  readonly analyzer: string;
  readonly type: TarEntryType;
  /** Target of a symbolic (as written) or hard link (in normal form). */
  readonly link?: string;
  readonly facts?: unknown;
  readonly problems?: readonly Problem[];
}

/** All that a merge has to know of one layer; with a layer's digest and the analyzers, a pure function of its bytes. */
export interface LayerFacts {
  /** Digest of the uncompressed tar, where it was computed. */
  readonly diffId?: Digest;
  readonly entries: number;
  /** Every directory, those included that only stand in the paths of other members. */
  readonly directories: PathSet;
  /** Everything else but whiteouts. */
  readonly others: PathSet;
  /** Paths that the layer deletes below it, sorted. */
  readonly whiteouts: readonly string[];
  /** Directories whose lower content the layer hides, sorted; `''` is the root. */
  readonly opaque: readonly string[];
  /** Symbolic links that nobody wants as files but that may lead to one, sorted: `[path, target]`. */
  readonly links: readonly (readonly [string, string])[];
  /** Sorted by path. */
  readonly files: readonly FileFacts[];
  /** Of the layer as a whole. */
  readonly problems: readonly Problem[];
}
