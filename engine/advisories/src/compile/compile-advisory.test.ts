import { expect, test } from 'vitest';
import { readOsv } from '../osv/read-osv.ts';
import { affects, bytesOf, osv } from '../testing/records.ts';
import { compileAdvisory } from './compile-advisory.ts';

function compile(affected: readonly object[], more: object = {}) {
  const read = readOsv(bytesOf(osv('OWN-1', affected, more)), 'own.json');
  if (!read.ok) throw new Error(JSON.stringify(read.violations));
  return compileAdvisory(read.advisory);
}

const git = { type: 'GIT', repo: 'https://example.org/x', events: [{ introduced: '0' }] };

test('blocks of one package are one; enumerated versions inside a range are dropped', () => {
  const { packages } = compile([
    affects('PyPI', 'a', [{ introduced: '1' }, { fixed: '2' }], { versions: ['1.0', '1.5', '3.0.dev1'] }),
    affects('PyPI', 'A', [{ introduced: '4' }]),
    affects('PyPI', 'b', [{ introduced: '0' }]),
  ]);
  expect(packages).toMatchObject([
    { name: 'a', intervals: [{ introduced: '1' }, { introduced: '4' }], listed: ['3.0.dev1'], undecided: false },
    { name: 'b', intervals: [{ introduced: undefined, upper: undefined }], listed: [] },
  ]);
});

test('a range of commits never hides the range of versions behind it', () => {
  const block = { package: { ecosystem: 'PyPI', name: 'a' } };
  const versions = { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2' }] };
  expect(compile([{ ...block, ranges: [git, versions] }]).packages).toMatchObject([
    { intervals: [{ upper: { kind: 'fixed', version: '2' } }], undecided: false },
  ]);
});

test.each([
  ['only commits', { ranges: [git] }, true],
  ['nothing', {}, true],
  ['commits and a list', { ranges: [git], versions: ['1'] }, false],
  ['a list', { versions: ['1'] }, false],
  ['a range without beginning', { ranges: [{ type: 'ECOSYSTEM', events: [{ fixed: '1' }] }] }, true],
])('%s: undecided is %3$s', (_, block, undecided) => {
  const [only] = compile([{ package: { ecosystem: 'PyPI', name: 'a' }, ...block }]).packages;
  expect(only?.undecided).toBe(undecided);
});

test('without comparator ranges are undecided and the list is kept whole', () => {
  expect(
    compile([affects('No Such Ecosystem', 'a', [{ introduced: '0' }], { versions: ['2', '1', '2'] })]).packages,
  ).toMatchObject([{ intervals: [], listed: ['1', '2'], undecided: true }]);
});

test('upstream names the vulnerability when it names one, and not when it names several', () => {
  expect(compile([], { aliases: ['GHSA-1'], upstream: ['CVE-2026-1', 'GHSA-2'] }).names).toEqual([
    'CVE-2026-1',
    'GHSA-1',
    'GHSA-2',
  ]);
  expect(compile([], { aliases: ['OWN-1'], upstream: ['CVE-2026-1', 'CVE-2026-2'] }).names).toEqual([]);
});
