import { describe, expect, test } from 'vitest';
import { canonicalExceptions, exceptionsOrThrow, parseCanonicalExceptions, readExceptions } from './read-exceptions.ts';

const VALID = `format: stella.exceptions/v1
exceptions:
  - id: EX-2
    vulnerability: CVE-2026-2
    package: pkg:npm/%40scope/name
    reason: not used
    approvedBy: alice@example.org
    createdAt: 2026-01-01T00:00:00Z
    expiresAt: 2026-02-01T00:00:00+02:00
  - id: EX-1
    vulnerability: CVE-2026-1
    reason: no fix
    approvedBy: bob@example.org
    createdAt: 2026-01-01T00:00:00Z
    expiresAt: 2026-02-01T00:00:00Z
`;

function faults(text: string): string[] {
  const result = readExceptions(Buffer.from(text), 'e.yaml');
  return result.ok ? [] : result.diagnostics.map((d) => `${d.line}:${d.column} ${d.code} ${d.pointer}`);
}

test('YAML and JSON give one canonical form, sorted by id, times in UTC', () => {
  const set = exceptionsOrThrow(Buffer.from(VALID), 'e.yaml');
  expect(set.exceptions.map((one) => [one.id, one.expiresAt])).toEqual([
    ['EX-1', '2026-02-01T00:00:00.000Z'],
    ['EX-2', '2026-01-31T22:00:00.000Z'],
  ]);
  const json = Buffer.from(JSON.stringify({ ...set, exceptions: set.exceptions.toReversed() }, undefined, 2));
  expect(canonicalExceptions(exceptionsOrThrow(json, 'e.json'))).toEqual(canonicalExceptions(set));
  expect(parseCanonicalExceptions(canonicalExceptions(set), 'e.json')).toEqual(set);
});

test('what is stored must be in canonical form', () => {
  expect(() =>
    parseCanonicalExceptions(
      Buffer.from(`${canonicalExceptions(exceptionsOrThrow(Buffer.from(VALID), 'e')).toString()} `),
      'e',
    ),
  ).toThrow(expect.objectContaining({ code: 'JSON_NOT_CANONICAL' }));
});

describe('a fault is named at its line and column', () => {
  test.each([
    ['no end', VALID.replace('    expiresAt: 2026-02-01T00:00:00Z\n', ''), '10:5 MEMBER_MISSING /exceptions/1'],
    [
      'an end before the beginning',
      VALID.replace('2026-02-01T00:00:00Z', '2025-02-01T00:00:00Z'),
      '15:16 TIME_ORDER /exceptions/1/expiresAt',
    ],
    [
      'an end at the beginning',
      VALID.replace('2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z'),
      '15:16 TIME_ORDER /exceptions/1/expiresAt',
    ],
    [
      'a day that is not',
      VALID.replace('2026-02-01T00:00:00Z', '2026-02-30T00:00:00Z'),
      '15:16 TIME_INVALID /exceptions/1/expiresAt',
    ],
    ['one id twice', VALID.replace('EX-1', 'EX-2'), '10:9 EXCEPTION_DUPLICATE /exceptions/1/id'],
    [
      'a package that is not a purl',
      VALID.replace('pkg:npm/%40scope/name', 'left-pad'),
      '5:14 PURL_INVALID /exceptions/0/package',
    ],
    [
      'an unknown member',
      VALID.replace('    reason: no fix\n', '    reason: no fix\n    forever: true\n'),
      '13:5 MEMBER_UNKNOWN /exceptions/1/forever',
    ],
  ])('%s', (_, text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });
});
