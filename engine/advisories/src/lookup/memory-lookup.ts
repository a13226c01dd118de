import type { Digest } from '@stella-ops/engine-kernel';
import { comparatorFor } from '@stella-ops/engine-versions';
import type { CompiledAdvisory } from '../compile/compile-advisory.ts';
import { keyOf } from '../index-file/key-pages.ts';
import { ecosystemRows, packageRows } from '../index-file/package-rows.ts';
import { decodePosting, encodePosting } from '../index-file/posting.ts';
import { numberSeverities } from '../index-file/severity-table.ts';
import type { AdvisoryLookup } from './advisory-lookup.ts';

/**
 * A few records as an index that is never written. It goes through the same compiling and encoding as an index file, so
 * the two cannot answer differently.
 *
 * @param advisories sorted by id, each id once
 */
export function memoryLookup(advisories: readonly CompiledAdvisory[], snapshot: Digest): AdvisoryLookup {
  const { severities, numbersOf } = numberSeverities(advisories);
  const rows = packageRows(advisories, numbersOf);
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const metas = advisories.map(({ id, digest, names, severities: own }) => ({
    id,
    digest,
    names,
    severities: numbersOf(own),
  }));
  return {
    snapshot,
    ecosystems: new Map(ecosystemRows(rows).map((row) => [row.ecosystem, row])),
    lookup: (ecosystem, name) => {
      const row = byKey.get(keyOf(ecosystem, name));
      if (row === undefined) return undefined;
      const comparator = comparatorFor(ecosystem);
      return decodePosting(encodePosting(row.sources, comparator), comparator !== undefined, metas.length);
    },
    meta: (record) => at(metas, record),
    severity: (number) => at(severities, number),
  };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}
