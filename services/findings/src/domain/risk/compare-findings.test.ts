import { expect, test } from 'vitest';
import { compareFindings, NO_FINDINGS } from './compare-findings.ts';
import { finding } from './testing/risk-facts.ts';

const told = (...sides: Parameters<typeof compareFindings>) =>
  compareFindings(...sides).worst.map(({ change, before, after, differences }) => [
    change,
    (after ?? before)?.vulnerability,
    ...differences,
  ]);

test('what only one side has comes or goes', () => {
  const stays = finding('CVE-1');
  expect(told([stays, finding('CVE-2')], [finding('CVE-1'), finding('CVE-3')])).toEqual([
    ['came', 'CVE-3'],
    ['went', 'CVE-2'],
  ]);
});

test('a vulnerability that stays in another version of its package is neither new nor gone', () => {
  const old = finding('CVE-1', { component: 'pkg:npm/%40shop/cart@1.0.0', installedVersion: '1.0.0' });
  const now = finding('CVE-1', { component: 'pkg:npm/%40shop/cart@1.1.0?arch=any', installedVersion: '1.1.0' });
  expect(told([old], [now])).toEqual([]);
  // In another package it is another finding.
  const elsewhere = finding('CVE-1', { component: 'pkg:npm/%40shop/card@1.1.0' });
  expect(told([old], [elsewhere]).map(([change]) => change)).toEqual(['came', 'went']);
});

test('one of two versions of a package keeps the finding that is its own', () => {
  const first = finding('CVE-1', { component: 'pkg:npm/a@1.0.0', severity: 'low', priority: 3000 });
  const second = finding('CVE-1', { component: 'pkg:npm/a@2.0.0', severity: 'high', priority: 1000 });
  const { worst } = compareFindings([first, second], [second]);
  expect(worst).toEqual([{ change: 'went', before: first, after: undefined, differences: [] }]);
});

test('a vulnerability that got another preferred name is the same one', () => {
  const before = finding('GHSA-1', { aliases: ['OSV-1'] });
  expect(told([before], [finding('CVE-1', { aliases: ['GHSA-1', 'OSV-1'] })])).toEqual([]);
});

test('references that are no package URLs are told apart by the name of the package', () => {
  const as = (component: string, name: string) => finding('CVE-1', { component, package: name });
  expect(told([as('ref-7', 'curl')], [as('ref-9', 'curl')])).toEqual([]);
  expect(told([as('ref-7', 'curl')], [as('ref-9', 'wget')])).toHaveLength(2);
});

test('severity, status, VEX and policy are told where they differ', () => {
  const before = finding('CVE-1', { severity: 'high', status: 'open', vexStatus: null, verdict: 'deny' });
  const after = finding('CVE-1', {
    severity: 'low',
    status: 'not_affected',
    vexStatus: 'not_affected',
    verdict: 'allow',
  });
  expect(told([before], [after])).toEqual([['changed', 'CVE-1', 'severity', 'status', 'vex', 'verdict']]);
});

test('only open findings count, each under the severity that it has on its side', () => {
  const { counts, moves } = compareFindings(
    [finding('CVE-1', { severity: 'critical' }), finding('CVE-2', { severity: 'high' }), finding('CVE-3')],
    [
      finding('CVE-1', { severity: 'low' }),
      finding('CVE-2', { severity: 'high', status: 'excepted' }),
      finding('CVE-3'),
      finding('CVE-4', { status: 'not_affected' }),
    ],
  );
  expect(counts).toEqual({ came: 1, went: 0, changed: 2 });
  expect(moves).toEqual({
    into: { ...NO_FINDINGS, low: 1 },
    outOf: { ...NO_FINDINGS, critical: 1, high: 1 },
  });
});

test('of very many differences the worst are kept, and all are counted', () => {
  const many = Array.from({ length: 3000 }, (_, index) =>
    finding(`CVE-${index}`, { priority: index % 2 === 0 ? 1000 : 2000, component: `pkg:npm/p${index}@1` }),
  );
  const { worst, counts, moves } = compareFindings([], many);
  expect(worst).toHaveLength(1000);
  expect(worst.every(({ after }) => after?.priority === 1000)).toBe(true);
  expect([counts.came, moves.into.high]).toEqual([3000, 3000]);
});

test('however many versions of a package have one vulnerability, each takes the place of one', () => {
  const versions = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => finding('CVE-1', { component: `pkg:npm/a@${from + index}` }));
  expect(compareFindings(versions(0, 500), versions(5000, 500)).counts).toEqual({ came: 0, went: 0, changed: 0 });
  expect(compareFindings(versions(0, 500), versions(5000, 300)).counts).toEqual({ came: 0, went: 200, changed: 0 });
});
