import type { Inventory } from '@stella-ops/engine-inventory';
import { decodeUtf8, digestOfJson, sortedBy } from '@stella-ops/engine-kernel';
import type { AdvisoryIndex } from '../index-file/open-index.ts';
import { coverageOf } from '../match/coverage.ts';
import { nameIn, targetsOf } from '../match/target.ts';
import type { Slice } from '../types.ts';

/**
 * The records that name a package of the inventory, as received, withdrawn ones and ones that turn out not to match
 * included: so whoever has the slice can decide every one of them again, without the snapshot.
 *
 * @throws AppError `INDEX_DAMAGED`
 */
export function cutSlice(inventory: Inventory, index: AdvisoryIndex): Slice {
  const targets = targetsOf(inventory, index.ecosystems.keys());
  const numbers = new Set<number>();
  for (const target of targets) {
    for (const ecosystem of target.ecosystems) {
      for (const { record } of index.lookup(ecosystem, nameIn(target, ecosystem))?.entries ?? []) numbers.add(record);
    }
  }
  // In the order of the file, so that each block of records is unpacked once.
  const stored = [...numbers]
    .map((number) => index.meta(number))
    .sort((a, b) => a.raw.block - b.raw.block || a.raw.offset - b.raw.offset);
  const records = stored.map((record) => ({
    id: record.id,
    digest: record.digest,
    raw: decodeUtf8(index.raw(record), record.id),
  }));
  return {
    format: 'stella.slice/v1',
    inventory: digestOfJson(inventory),
    snapshot: index.snapshot,
    records: sortedBy(
      records,
      ({ id }) => id,
      ({ digest }) => digest,
    ),
    coverage: coverageOf(targets, index),
  };
}
