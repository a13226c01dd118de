import type { Component, Distro, Gap, Relation } from '@stella-ops/engine-inventory';
import type { Digest } from '@stella-ops/engine-kernel';
import type { PathRules } from '../paths/path-rules.ts';

/** Something wrong with one file: a gap that does not know its place yet. */
export interface Problem {
  /** Stable, `UPPER_SNAKE`. */
  readonly code: string;
  readonly detail: string;
}

/** What an analyzer makes of one file. Facts are JSON values: they are kept in the cache. */
export interface Parsed<F> {
  readonly facts?: F;
  readonly problems?: readonly Problem[];
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads a file too large to hold: yields the ranges it wants to see, in ascending order and without overlap, gets each
 * (shorter where the file ends) and returns what it found, `undefined` when the file is none of its business.
 */
export type RangeReader<F> = Generator<ByteRange, Parsed<F> | undefined, Uint8Array>;

export type Content<F> =
  /** The path says it all. */
  | { readonly kind: 'none' }
  /** Files up to `maxBytes`, larger ones are a gap. `bytes` is only valid during the call. Never throws. */
  | { readonly kind: 'whole'; readonly maxBytes: number; parse(bytes: Buffer, path: string): Parsed<F> }
  | { readonly kind: 'ranges'; probe(sizeBytes: number): RangeReader<F> };

/** A wanted file that is there when all layers are put together. */
export interface FoundFile<F> {
  /** Where it was found, relative to the root. */
  readonly path: string;
  readonly layer?: Digest;
  /** Absent when the content could not be read; a gap says why. */
  readonly facts?: F;
}

/** Everything of one analyzer in the merged file system. */
export interface Files<F> {
  /** Sorted by path. */
  readonly all: readonly FoundFile<F>[];
  /** The regular file that a program gets which opens this path; symbolic links are followed inside the root. */
  at(path: string): FoundFile<F> | undefined;
  /** Every version of the file at exactly this path, lowest layer first, hidden ones too. */
  history(path: string): readonly FoundFile<F>[];
  /** The path with all symbolic links followed, when a directory stands there. */
  realDirectory(path: string): string | undefined;
  /** The same for a path that is itself a symbolic link, else `undefined`. Cheap for paths that are none. */
  linkedDirectory(path: string): string | undefined;
}

export interface Surroundings {
  readonly subjectKind: 'image' | 'directory';
  readonly distro: Distro | undefined;
  /** Components that analyzers further up in the list found, by analyzer. */
  readonly earlier: ReadonlyMap<string, readonly Component[]>;
}

export interface Found {
  readonly components?: readonly Component[];
  readonly relations?: readonly Relation[];
  readonly gaps?: readonly Gap[];
  readonly distro?: Distro;
}

/**
 * One kind of package record: which paths, what is read of them (per layer, cached), and what they mean once all layers
 * are merged. Stateless and pure.
 */
export interface Analyzer<F = unknown> {
  readonly id: string;
  /** To be raised when the facts of an unchanged file may differ: it is part of the cache key. */
  readonly version: number;
  readonly wants: PathRules;
  /** Second look at a path that a rule matched. */
  accepts?(path: string): boolean;
  readonly content: Content<F>;
  collect(files: Files<F>, surroundings: Surroundings): Found;
}
