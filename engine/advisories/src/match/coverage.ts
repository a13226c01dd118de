import { sortedBy } from '@stella-ops/engine-kernel';
import type { AdvisoryLookup } from '../lookup/advisory-lookup.ts';
import type { CoverageRow } from '../types.ts';
import type { Target } from './target.ts';

/** One row per ecosystem of the inventory, sorted, whether or not the snapshot knows anything of it. */
export function coverageOf(targets: readonly Target[], { ecosystems }: AdvisoryLookup): CoverageRow[] {
  const rows = [...Map.groupBy(targets, ({ label }) => label)].map(([label, ofLabel]): CoverageRow => {
    const present = [...new Set(ofLabel.flatMap((target) => target.ecosystems))].flatMap(
      (ecosystem) => ecosystems.get(ecosystem) ?? [],
    );
    const records = present.reduce((sum, info) => sum + info.records, 0);
    const common = { ecosystem: label, components: ofLabel.length, records };
    const packages = counted(ofLabel.length, 'component');
    if (records === 0) {
      const asked = ofLabel[0]?.ecosystems[0];
      const why = ofLabel[0]?.reason ?? `the snapshot holds no record of ${asked}`;
      return { ...common, state: 'no-source', sentence: `${label}: no source for ${packages}; ${why}` };
    }
    if (present.every((info) => info.comparator === undefined)) {
      const sentence = `${label}: ${packages} not evaluated; the snapshot holds ${counted(records, 'record')}, but versions of ${present[0]?.ecosystem} cannot be ordered yet`;
      return { ...common, state: 'no-comparator', sentence };
    }
    return {
      ...common,
      state: 'evaluated',
      sentence: `${label}: ${packages} evaluated against ${counted(records, 'record')}`,
    };
  });
  return sortedBy(rows, ({ ecosystem }) => ecosystem);
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
