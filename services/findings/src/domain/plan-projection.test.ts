import { describe, expect, test } from 'vitest';
import type { Finding } from '@stella-ops/engine-advisories';
import { digestOf } from '@stella-ops/engine-kernel';
import { type KnownFinding, planProjection } from './plan-projection.ts';
import { type PolicyAnswer } from './policy-answers.ts';
import { type SeenFinding, seenFinding } from './seen-finding.ts';

const DENIED: PolicyAnswer = { verdict: 'deny', isExcepted: false, trace: [] };

const seen = (more: Partial<Finding> = {}, answer: Partial<PolicyAnswer> = {}): SeenFinding =>
  seenFinding(
    {
      vulnerability: 'CVE-2026-1',
      aliases: [],
      records: [],
      component: 'pkg:npm/a@1',
      package: 'a',
      installedVersion: '1',
      fixedVersions: [],
      severity: { level: 'high' },
      state: 'affected',
      reachability: 'unknown',
      grade: 'exact',
      trace: [],
      ...more,
    },
    { ...DENIED, ...answer },
  );

const vex = (status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation'): Partial<Finding> => ({
  vex: { status, document: digestOf('vex'), timestamp: '2026-01-01T00:00:00.000Z', overruled: [] },
});

const known = (from: SeenFinding, more: Partial<KnownFinding> = {}): KnownFinding => ({
  ...from,
  id: 'old',
  firstSeenAt: '2026-01-01T00:00:00.000Z',
  ...more,
});

const plan = (before: readonly KnownFinding[], after: readonly SeenFinding[]) =>
  planProjection(before, after, '2026-02-01T00:00:00.000Z', () => 'new');
const types = (before: readonly KnownFinding[], after: readonly SeenFinding[]) =>
  plan(before, after).occurrences.map(({ type, from, to }) => [type, from, to]);

describe('the status of a finding', () => {
  test.each([
    ['open', {}, {}],
    ['open', vex('affected'), {}],
    ['open', vex('under_investigation'), {}],
    ['not_affected', vex('not_affected'), {}],
    ['not_affected', vex('fixed'), { isExcepted: true }],
    ['not_affected', { ...vex('not_affected'), state: 'not-evaluated' as const }, {}],
    ['excepted', {}, { isExcepted: true }],
    ['excepted', { state: 'not-evaluated' as const }, { isExcepted: true }],
    ['not_evaluated', { state: 'not-evaluated' as const }, {}],
  ])('is %s: VEX before exceptions before what cannot be told', (status, finding, answer) => {
    expect(seen(finding, answer).status).toBe(status);
  });
});

describe('what happened to a finding', () => {
  test('is told once, by its weightiest change', () => {
    expect(types([], [seen(vex('fixed'))])).toEqual([['finding.discovered', null, 'not_affected']]);
    expect(types([known(seen())], [seen(vex('not_affected'), { verdict: 'allow' })])).toEqual([
      ['finding.vex_applied', 'open', 'not_affected'],
    ]);
    expect(types([known(seen())], [seen(vex('under_investigation'))])).toEqual([
      ['finding.vex_applied', 'open', 'open'],
    ]);
    expect(types([known(seen(vex('not_affected')))], [seen()])).toEqual([
      ['finding.status_changed', 'not_affected', 'open'],
    ]);
    expect(types([known(seen())], [seen({}, { verdict: 'warn' })])).toEqual([
      ['finding.verdict_changed', 'open', 'open'],
    ]);
  });

  test('is nothing when only a fix appeared; the finding is written all the same', () => {
    const { occurrences, written, counts } = plan([known(seen())], [seen({ fixedVersions: ['2'] })]);
    expect([occurrences, counts]).toEqual([[], { discovered: 0, changed: 1, resolved: 0 }]);
    expect(written).toEqual([expect.objectContaining({ id: 'old', fixedVersions: ['2'] })]);
  });

  test('is nothing, and nothing is written, when all is equal or it was gone before', () => {
    expect(plan([known(seen())], [seen()]).written).toEqual([]);
    const gone = plan([known(seen(), { status: 'resolved' })], []);
    expect([gone.occurrences, gone.resolved, gone.tally.resolved]).toEqual([[], [], 1]);
  });

  test('is a return when it was gone, even if it looks as it did', () => {
    const { written, occurrences } = plan([known(seen(), { status: 'resolved' })], [seen()]);
    expect(occurrences).toEqual([
      expect.objectContaining({ type: 'finding.discovered', from: 'resolved', to: 'open' }),
    ]);
    expect(written).toEqual([expect.objectContaining({ id: 'old', firstSeenAt: '2026-01-01T00:00:00.000Z' })]);
  });
});

test('the policy answer that a body holds makes the content differ, its order of members does not', () => {
  const row = { rule: 'r', on: 'finding', target: 't', action: 'deny', values: {} } as const;
  expect(seen({}, { trace: [row] }).content).not.toBe(seen().content);
  const { rule, ...rest } = row;
  expect(seen({}, { trace: [row] }).content).toBe(seen({}, { trace: [{ ...rest, rule }] }).content);
});

describe('names that are cut to a length', () => {
  test.each([
    ['package', 299],
    ['component', 159],
    ['vulnerability', 59],
  ] as const)('a %s that is cut within a character keeps no finding of its image from being told', (name, length) => {
    const found = seen({ [name]: `${'x'.repeat(length)}\u{1F600}` });
    expect([found.package, found.orderKey].every((text) => text.isWellFormed())).toBe(true);
  });
});
