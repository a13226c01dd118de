import { comparatorFor } from '@stella-ops/engine-versions';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RangeEvent } from '../types.ts';
import { intervalsOf, isDecidable, isInside } from './intervals.ts';

const semver = comparatorFor('npm') as NonNullable<ReturnType<typeof comparatorFor>>;

/** `introduced 1.0.0` written short. */
const KINDS = { i: 'introduced', f: 'fixed', l: 'last_affected', m: 'limit' } as const;
const range = (text: string) => ({
  type: 'ECOSYSTEM' as const,
  events: text.split(' ').map((event): RangeEvent => {
    const kind = KINDS[event.charAt(0) as keyof typeof KINDS];
    return { kind, version: event.slice(1) };
  }),
});
const affected = (text: string, versions: string): string =>
  versions
    .split(' ')
    .filter((version) => intervalsOf(range(text), semver).some((interval) => isInside(version, interval, semver)))
    .join(' ');

test.each([
  ['introduced is affected, fixed is not', 'i1.0.0 f2.0.0', '0.9.0 1.0.0 1.9.9 2.0.0', '1.0.0 1.9.9'],
  ['last affected is affected', 'i1.0.0 l2.0.0', '1.0.0 2.0.0 2.0.1', '1.0.0 2.0.0'],
  [
    'introduced 0 is before everything',
    'i0 f1.0.0',
    '0.0.0-alpha 0.0.0 1.0.0-rc.1 1.0.0',
    '0.0.0-alpha 0.0.0 1.0.0-rc.1',
  ],
  ['no end is no end', 'i1.0.0', '0.9.0 1.0.0 99.0.0', '1.0.0 99.0.0'],
  ['the order in the record does not count', 'f4.0.0 i3.0.0 f2.0.0 i1.0.0', '1.5.0 2.5.0 3.5.0 4.5.0', '1.5.0 3.5.0'],
  ['a second introduction inside changes nothing', 'i1.0.0 i1.5.0 f2.0.0', '1.2.0 1.7.0 2.0.0', '1.2.0 1.7.0'],
  ['a second fix outside changes nothing', 'i1.0.0 f2.0.0 f2.5.0', '1.2.0 2.2.0 2.6.0', '1.2.0'],
  [
    'fixed and introduced again at one version goes on',
    'i1.0.0 f2.0.0 i2.0.0 f3.0.0',
    '1.9.0 2.0.0 2.9.0 3.0.0',
    '1.9.0 2.0.0 2.9.0',
  ],
  ['introduced = fixed with nothing before is empty', 'i1.0.0 f1.0.0', '0.9.0 1.0.0 1.1.0', ''],
  ['introduced = last affected is that one version', 'i1.0.0 l1.0.0', '0.9.0 1.0.0 1.0.1', '1.0.0'],
  ['a limit bounds from above and is not affected', 'i1.0.0 m2.0.0', '1.0.0 1.9.0 2.0.0', '1.0.0 1.9.0'],
  ['the highest limit counts', 'i1.0.0 m2.0.0 m3.0.0', '2.5.0 3.0.0', '2.5.0'],
  ['limit * is none', 'i1.0.0 m* m2.0.0', '9.0.0', '9.0.0'],
  ['a limit beyond the fix changes nothing', 'i1.0.0 f2.0.0 m3.0.0', '1.5.0 2.5.0', '1.5.0'],
  ['what begins beyond the limit is out', 'i1.0.0 f2.0.0 i4.0.0 m3.0.0', '1.5.0 5.0.0', '1.5.0'],
  ['a fix alone affects nothing', 'f2.0.0', '1.0.0 2.0.0', ''],
])('%s', (_, events, versions, expected) => {
  expect(affected(events, versions)).toBe(expected);
});

test('ranges of commits, and ranges without beginning, decide nothing', () => {
  expect(isDecidable({ ...range('i0 f1.0.0'), type: 'GIT' })).toBe(false);
  expect(isDecidable(range('f1.0.0'))).toBe(false);
  expect(isDecidable(range('i0'))).toBe(true);
});

/** The schema's pseudo-code, word for word, for records that its rules leave no doubt about: no ties. */
function bySchema(events: readonly RangeEvent[], version: string): boolean {
  let vulnerable = false;
  const sorted = events.toSorted(
    (a, b) => Number(b.version === '0') - Number(a.version === '0') || semver.compare(a.version, b.version),
  );
  for (const { kind, version: at } of sorted) {
    if (kind === 'introduced' && (at === '0' || semver.compare(version, at) >= 0)) vulnerable = true;
    else if (kind === 'fixed' && semver.compare(version, at) >= 0) vulnerable = false;
    else if (kind === 'last_affected' && semver.compare(version, at) > 0) vulnerable = false;
  }
  return vulnerable;
}

test('intervals say the same as the event scan of the schema', () => {
  const anyVersion = fc.tuple(fc.nat(3), fc.nat(3)).map(([minor, patch]) => `1.${minor}.${patch}`);
  const closing = fc.constantFrom('fixed' as const, 'last_affected' as const);
  const events = fc
    .tuple(fc.uniqueArray(anyVersion, { minLength: 1, maxLength: 6 }), closing, fc.infiniteStream(fc.boolean()))
    .map(([versions, close, opens]) =>
      versions.map((version): RangeEvent => ({ kind: opens.next().value ? 'introduced' : close, version })),
    );
  fc.assert(
    fc.property(events, fc.boolean(), anyVersion, (some, fromStart, version) => {
      const all: RangeEvent[] = fromStart ? [...some, { kind: 'introduced', version: '0' }] : some;
      const intervals = intervalsOf({ type: 'ECOSYSTEM', events: all }, semver);
      expect(intervals.some((interval) => isInside(version, interval, semver))).toBe(bySchema(all, version));
    }),
    { numRuns: 2_000 },
  );
});
