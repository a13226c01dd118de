import { compareText } from '@stella-ops/engine-kernel';
import { comparatorFor } from '@stella-ops/engine-versions';
import type { CompiledAdvisory, CompiledPackage } from '../compile/compile-advisory.ts';
import type { EcosystemInfo } from '../lookup/advisory-lookup.ts';
import { keyOf } from './key-pages.ts';
import type { PostingSource } from './posting.ts';

/** A package with all that records say of it. */
export interface PackageRow {
  readonly key: string;
  readonly ecosystem: string;
  readonly sources: readonly PostingSource[];
}

/**
 * Turns records around: from what a record says of packages to what a package's records say of it.
 *
 * @param advisories by number
 * @param severityNumbers numbers of a package's own severities
 * @returns sorted by key
 */
export function packageRows(
  advisories: readonly CompiledAdvisory[],
  severityNumbers: (severities: CompiledPackage['severities']) => readonly number[],
): PackageRow[] {
  const rows = new Map<string, { key: string; ecosystem: string; sources: PostingSource[] }>();
  for (const [record, { packages, withdrawn }] of advisories.entries()) {
    for (const { ecosystem, name, intervals, listed, undecided, severities } of packages) {
      const key = keyOf(ecosystem, name);
      let row = rows.get(key);
      if (row === undefined) rows.set(key, (row = { key, ecosystem, sources: [] }));
      row.sources.push({ record, withdrawn, undecided, intervals, listed, severities: severityNumbers(severities) });
    }
  }
  return [...rows.values()].sort((a, b) => compareText(a.key, b.key));
}

/** Counts per ecosystem, sorted by ecosystem. */
export function ecosystemRows(rows: readonly PackageRow[]): EcosystemInfo[] {
  const counts = new Map<string, { packages: number; records: Set<number> }>();
  for (const { ecosystem, sources } of rows) {
    let count = counts.get(ecosystem);
    if (count === undefined) counts.set(ecosystem, (count = { packages: 0, records: new Set() }));
    count.packages++;
    for (const { record } of sources) count.records.add(record);
  }
  return [...counts]
    .sort(([a], [b]) => compareText(a, b))
    .map(([ecosystem, { packages, records }]) => {
      const comparator = comparatorFor(ecosystem)?.id;
      return { ecosystem, records: records.size, packages, ...(comparator !== undefined && { comparator }) };
    });
}
