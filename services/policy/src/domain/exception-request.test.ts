import { expect, test } from 'vitest';
import { AppError } from '@stella-ops/engine-kernel/errors';
import { checkExceptionRequest } from './exception-request.ts';

const NOW = '2027-03-01T12:00:00.000Z';
const good = { vulnerability: 'CVE-2026-1', package: 'pkg:npm/%40scope/a', expiresAt: '2027-04-01T00:00:00.000Z' };

const faults = (more: object): string[] => {
  try {
    checkExceptionRequest({ ...good, ...more }, NOW);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('EXCEPTION_INVALID');
    return (error.details['violations'] as { pointer: string }[]).map(({ pointer }) => pointer);
  }
};

test('a purl comes out normalised, none stays none', () => {
  expect(checkExceptionRequest({ ...good, package: 'pkg:PyPI/Ruamel_Yaml@1' }, NOW).package).toBe(
    'pkg:pypi/ruamel-yaml@1',
  );
  expect(checkExceptionRequest({ ...good, package: undefined }, NOW).package).toBeNull();
});

test.each([
  ['now', NOW, ['/expiresAt']],
  ['a millisecond ahead', '2027-03-01T12:00:00.001Z', []],
  ['a year ahead, over 29 February', '2028-03-01T12:00:00.000Z', []],
  ['more than a year ahead', '2028-03-01T12:00:00.001Z', ['/expiresAt']],
  ['on a day that does not exist', '2027-06-31T00:00:00.000Z', ['/expiresAt']],
])('an end %s', (_name, expiresAt, expected) => {
  expect(faults({ expiresAt })).toEqual(expected);
});

test.each(['', ' CVE-2026-1', 'CVE 2026', '../x', 'a'.repeat(129)])('%j is no vulnerability', (vulnerability) => {
  expect(faults({ vulnerability })).toEqual(['/vulnerability']);
});

test('a package that cannot be read never becomes every package', () => {
  expect(faults({ package: 'frobnicate' })).toEqual(['/package']);
});
