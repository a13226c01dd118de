import { type Digest, sortedUnique } from '@stella-ops/engine-kernel';
import { type Comparator, comparatorFor } from '@stella-ops/engine-versions';
import type { Advisory, AffectedPackage, Severity } from '../types.ts';
import { type Interval, intervalsOf, isDecidable, isInside } from './intervals.ts';

/** What one record says of one package, ready to be decided. */
export interface CompiledPackage {
  readonly ecosystem: string;
  readonly name: string;
  /** Empty where the ecosystem has no comparator. */
  readonly intervals: readonly Interval[];
  /** Enumerated versions that no interval holds anyway, distinct, in code-unit order. */
  readonly listed: readonly string[];
  /** Neither the intervals nor the list can clear a version: commits only, nothing at all, or no comparator. */
  readonly undecided: boolean;
  /** Of this package alone; they take the place of the record's. */
  readonly severities: readonly Severity[];
}

export interface CompiledAdvisory {
  readonly id: string;
  readonly digest: Digest;
  readonly withdrawn: boolean;
  /** Other names of the same vulnerability, sorted. */
  readonly names: readonly string[];
  readonly severities: readonly Severity[];
  readonly packages: readonly CompiledPackage[];
}

/** Reduces a record to what decides: one entry per package, blocks of the same package joined. */
export function compileAdvisory(advisory: Advisory): CompiledAdvisory {
  const blocks = Map.groupBy(advisory.affected, (block) => `${block.ecosystem}\0${block.name}`);
  return {
    id: advisory.id,
    digest: advisory.digest,
    withdrawn: advisory.withdrawn !== undefined,
    names: otherNames(advisory),
    severities: advisory.severities,
    packages: [...blocks.values()].map((ofPackage) => compilePackage(ofPackage)),
  };
}

/**
 * Aliases, and of `upstream` what can be the same vulnerability: a distribution's record of one CVE names it there,
 * while a bulletin on several names them all and is none of them.
 */
export function otherNames({ id, aliases, upstream }: Advisory): string[] {
  const ofOne = upstream.filter((name) => name.startsWith('CVE-')).length <= 1;
  const names = new Set([...aliases, ...(ofOne ? upstream : [])]);
  names.delete(id);
  return sortedUnique(names);
}

function compilePackage(blocks: readonly AffectedPackage[]): CompiledPackage {
  const { ecosystem = '', name = '' } = blocks[0] ?? {};
  const comparator = comparatorFor(ecosystem);
  const ranges = blocks.flatMap((block) => block.ranges);
  const versions = sortedUnique(blocks.flatMap((block) => block.versions));
  const severities = distinct(
    blocks.flatMap((block) => block.severities),
    (one) => `${one.type}\0${one.score}`,
  );
  if (comparator === undefined) {
    const undecided = ranges.length > 0 || versions.length === 0;
    return { ecosystem, name, intervals: [], listed: versions, undecided, severities };
  }
  const decidable = ranges.filter((range) => isDecidable(range));
  const intervals = distinct(
    decidable.flatMap((range) => intervalsOf(range, comparator)),
    ({ introduced, upper }) => `${introduced ?? ''}\0${upper?.kind}\0${upper?.version}`,
  );
  return {
    ecosystem,
    name,
    intervals,
    listed: outside(versions, intervals, comparator),
    undecided: decidable.length === 0 && versions.length === 0,
    severities,
  };
}

/** An enumerated version inside an interval changes no answer; most records enumerate nothing else. */
function outside(versions: readonly string[], intervals: readonly Interval[], comparator: Comparator): string[] {
  return versions.filter((version) => !intervals.some((interval) => isInside(version, interval, comparator)));
}

function distinct<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item);
  return [...seen.values()];
}
