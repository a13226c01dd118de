import type { Comparator } from '@stella-ops/engine-versions';
import type { RangeEvent, VersionRange } from '../types.ts';

/** What ends an interval. `fixed` and `limit` are not part of it, `last_affected` is. */
export interface Upper {
  readonly kind: 'fixed' | 'last_affected' | 'limit';
  readonly version: string;
}

/** A stretch of affected versions, both ends as the record wrote them. */
export interface Interval {
  /** Undefined: from the very first version (`introduced: "0"`). */
  readonly introduced: string | undefined;
  /** Undefined: without end. */
  readonly upper: Upper | undefined;
}

/** A range that versions alone can decide: not of commits, and with a beginning. */
export function isDecidable(range: VersionRange): boolean {
  return range.type !== 'GIT' && range.events.some((event) => event.kind === 'introduced');
}

// At one version a fix comes first, so that an introduction beside it opens the next interval; a last affected version
// comes last, so that an introduction beside it still has that one version.
const PLACE = { fixed: 0, introduced: 1, last_affected: 2, limit: 3 } as const;

const isBeginning = (event: RangeEvent): boolean => event.kind === 'introduced' && event.version === '0';

/**
 * The affected stretches of one range, lowest first, by the event scan of the OSV schema ("Evaluation"): events sorted
 * by version, `introduced` opens, `fixed` and `last_affected` close, `limit` bounds from above (the highest counts, `*`
 * is none). Where `fixed` and `introduced` name one version, a stretch before it goes on behind it; with none before
 * it, nothing is affected.
 */
export function intervalsOf(range: VersionRange, comparator: Comparator): Interval[] {
  const events = range.events
    .filter((event) => event.kind !== 'limit')
    .sort(
      (a, b) =>
        Number(isBeginning(b)) - Number(isBeginning(a)) ||
        (isBeginning(a) ? 0 : comparator.compare(a.version, b.version)) ||
        PLACE[a.kind] - PLACE[b.kind],
    );
  const intervals: Interval[] = [];
  let open: { introduced: string | undefined } | undefined;
  let fixedFromNothing: string | undefined;
  for (const event of events) {
    if (event.kind === 'introduced') {
      const empty = fixedFromNothing !== undefined && comparator.compare(fixedFromNothing, event.version) === 0;
      if (open === undefined && !empty) open = { introduced: isBeginning(event) ? undefined : event.version };
    } else if (event.kind !== 'limit') {
      if (open !== undefined) intervals.push({ ...open, upper: { kind: event.kind, version: event.version } });
      else if (event.kind === 'fixed') fixedFromNothing = event.version;
      open = undefined;
    }
  }
  if (open !== undefined) intervals.push({ ...open, upper: undefined });
  return bounded(intervals, limitOf(range, comparator), comparator);
}

function limitOf(range: VersionRange, comparator: Comparator): string | undefined {
  let highest: string | undefined;
  for (const event of range.events) {
    if (event.kind !== 'limit') continue;
    if (event.version === '*') return undefined;
    if (highest === undefined || comparator.compare(event.version, highest) > 0) highest = event.version;
  }
  return highest;
}

function bounded(intervals: Interval[], limit: string | undefined, comparator: Comparator): Interval[] {
  if (limit === undefined) return intervals;
  const kept: Interval[] = [];
  for (const { introduced, upper } of intervals) {
    if (introduced !== undefined && comparator.compare(introduced, limit) >= 0) continue;
    const below = upper !== undefined && comparator.compare(upper.version, limit) < 0;
    kept.push({ introduced, upper: below ? upper : { kind: 'limit', version: limit } });
  }
  return kept;
}

/** Whether a version lies in a stretch. */
export function isInside(version: string, { introduced, upper }: Interval, comparator: Comparator): boolean {
  if (introduced !== undefined && comparator.compare(introduced, version) > 0) return false;
  if (upper === undefined) return true;
  const order = comparator.compare(version, upper.version);
  return upper.kind === 'last_affected' ? order <= 0 : order < 0;
}
