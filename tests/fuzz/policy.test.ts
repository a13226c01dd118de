import { readFileSync } from 'node:fs';
import { readExceptions, readPack } from '@stella-ops/engine-policy';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const BASELINE = readFileSync(new URL('../../policies/baseline.yaml', import.meta.url), 'utf8');
const EXCEPTIONS = `format: stella.exceptions/v1
exceptions:
  - {id: EX-1, vulnerability: CVE-2026-1, package: 'pkg:npm/a', reason: r, approvedBy: a, createdAt: 2026-01-01T00:00:00Z, expiresAt: 2026-02-01T00:00:00Z}
`;

/** Pieces that mean something to YAML, CEL, purls or JavaScript, put in at random places. */
const YAML = [
  '\n',
  '\n  ',
  '\t',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|',
  '>-',
  '&a ',
  '*a',
  '!!',
  '<<: ',
  '? ',
  '#',
];
const OTHER = [
  '%',
  '---\n',
  '\u0000',
  '\ufeff',
  '&&',
  '||',
  '(',
  ')',
  '==',
  'in',
  '.',
  'exists(x, ',
  '{finding.',
  'e999',
];
const piece = fc.constantFrom(...YAML, ...OTHER, '__proto__', 'constructor', '\\u0000', '9'.repeat(400));
const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), piece), {
  minLength: 1,
  maxLength: 6,
});

function edited(text: string, changes: readonly (readonly [number, number, string])[]): Buffer {
  let result = text;
  for (const [where, drop, put] of changes) {
    const at = Math.floor(where * result.length);
    result = result.slice(0, at) + put + result.slice(at + drop);
  }
  return Buffer.from(result);
}

describe.each([
  ['policy packs', BASELINE, readPack],
  ['exceptions', EXCEPTIONS, readExceptions],
] as const)('%s', (_, text, read) => {
  test('whatever the bytes, they are read or refused at a place inside the document', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 4, arbitrary: edits.map((changes) => edited(text, changes)) },
          fc.uint8Array({ maxLength: 200 }),
        ),
        (bytes) => {
          const result = read(bytes, 'file');
          if (result.ok) return;
          const lines = Buffer.from(bytes).toString('utf8').split('\n');
          expect(result.diagnostics.length).toBeGreaterThan(0);
          for (const { line, column } of result.diagnostics) {
            expect(line).toBeLessThanOrEqual(lines.length);
            expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});
