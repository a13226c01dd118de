import type { Inventory } from '@stella-ops/engine-inventory';
import { compareText, digestOfJson } from '@stella-ops/engine-kernel';
import { type CompiledAdvisory, compileAdvisory } from '../compile/compile-advisory.ts';
import { fail } from '../errors.ts';
import { memoryLookup } from '../lookup/memory-lookup.ts';
import { matchWithCoverage } from '../match/match-inventory.ts';
import { readOsv } from '../osv/read-osv.ts';
import type { Findings, Slice, SliceRecord } from '../types.ts';

/**
 * Findings of an inventory out of the slice that was cut for it: the same as `matchInventory` gives on the index that
 * the slice was cut from. A pure function of its arguments.
 *
 * @throws AppError `SLICE_MISMATCH` when the slice is of another inventory; `SLICE_INVALID` when a record does not have
 *   its digest or id, cannot be read, or is out of order
 */
export function matchSlice(inventory: Inventory, slice: Slice): Findings {
  if (digestOfJson(inventory) !== slice.inventory) {
    throw fail('SLICE_MISMATCH', 'the slice was cut for another inventory');
  }
  const advisories = slice.records.map((record, i) => readRecord(record, slice.records[i - 1], i));
  return matchWithCoverage(inventory, memoryLookup(advisories, slice.snapshot), slice.coverage);
}

function readRecord(record: SliceRecord, previous: SliceRecord | undefined, i: number): CompiledAdvisory {
  const invalid = (what: string): Error =>
    fail('SLICE_INVALID', `record ${record.id} of the slice ${what}`, { place: { pointer: `/records/${i}` } });
  if (previous !== undefined && compareText(previous.id, record.id) >= 0) throw invalid('is out of order');
  const read = readOsv(Buffer.from(record.raw, 'utf8'), record.id);
  if (!read.ok) throw invalid(`cannot be read: ${read.violations[0]?.message}`);
  if (read.advisory.digest !== record.digest) throw invalid('does not have its digest');
  if (read.advisory.id !== record.id) throw invalid(`calls itself ${read.advisory.id}`);
  return compileAdvisory(read.advisory);
}
