import type { Comparator } from '@stella-ops/engine-versions';
import { type Posting, type PostingEntry, type RankInterval, sortKeyOf } from '../index-file/posting.ts';

/** Place of an installed version among a package's sorted versions: `[from, to)` are the versions equal to it. */
export interface Position {
  readonly from: number;
  readonly to: number;
}

export type Decision =
  | { readonly by: 'range'; readonly interval: RankInterval }
  /** `place`: the enumerated version that equals the installed one. */
  | { readonly by: 'version-list'; readonly place: number }
  | { readonly by: 'not-evaluated'; readonly reason: 'no-version' | 'no-comparator' | 'undecidable' }
  | { readonly by: 'not-affected' };

/** Finds a version among a package's versions; without comparator, by its exact text. */
export function positionOf(version: string, posting: Posting, comparator: Comparator | undefined): Position {
  const { keys, versions } = posting;
  if (comparator === undefined || keys === undefined) {
    const at = versions.indexOf(version);
    return at < 0 ? { from: -1, to: -1 } : { from: at, to: at + 1 };
  }
  const key = sortKeyOf(version, comparator);
  const from = firstWhere(keys, (one) => one >= key);
  let to = from;
  while (keys[to] === key) to++;
  return { from, to };
}

function firstWhere(keys: readonly string[], fits: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(keys[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Whether what one record says of a package concerns a version (OSV schema, "Evaluation"): it lies in a range, or it is
 * enumerated. A range is asked first, as it says more.
 *
 * @param position of the installed version; undefined when the component has none
 * @param hasComparator whether the ecosystem's versions can be ordered
 */
export function decide(entry: PostingEntry, position: Position | undefined, hasComparator: boolean): Decision {
  if (entry.withdrawn) return { by: 'not-affected' };
  if (position === undefined) return { by: 'not-evaluated', reason: 'no-version' };
  const interval = hasComparator ? entry.intervals.find((one) => holds(one, position)) : undefined;
  if (interval !== undefined) return { by: 'range', interval };
  const place = entry.listed.find((one) => one >= position.from && one < position.to);
  if (place !== undefined) return { by: 'version-list', place };
  if (!entry.undecided) return { by: 'not-affected' };
  return { by: 'not-evaluated', reason: hasComparator ? 'undecidable' : 'no-comparator' };
}

/** Versions before `to` are at most the installed one; versions from `from` on are at least it. */
function holds({ introduced, upper, kind }: RankInterval, { from, to }: Position): boolean {
  if (introduced >= to) return false;
  if (upper < 0) return true;
  return kind === 'last_affected' ? upper >= from : upper >= to;
}

/** Fixed versions of an entry that are above the installed one, as places. */
export function fixesAbove(entry: PostingEntry, { to }: Position): number[] {
  return entry.intervals.filter(({ upper, kind }) => kind === 'fixed' && upper >= to).map(({ upper }) => upper);
}
