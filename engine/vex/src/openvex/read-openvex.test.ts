import { digestOf } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { openVex } from '../testing/make.ts';
import { UNKNOWN_TIME } from '../types.ts';
import { readOpenVex } from './read-openvex.ts';

const PRODUCT = { '@id': 'pkg:npm/a@1.0.0' };

function read(bytes: Uint8Array) {
  const reading = readOpenVex(bytes, 'vex.json');
  if (!reading.ok) throw new Error(JSON.stringify(reading.violations));
  return reading;
}

test('a 0.2.0 document is read with every name, and kept as it came', () => {
  const bytes = openVex([
    {
      vulnerability: { '@id': 'https://nvd.example/CVE-2024-0001', name: 'CVE-2024-0001', aliases: ['GHSA-x'] },
      timestamp: '2024-02-03T04:05:06.789123+01:00',
      products: [
        {
          '@id': 'https://example.test/app',
          identifiers: { purl: 'pkg:oci/app@sha256%3Aaa', cpe23: 'cpe:2.3:a:x' },
          hashes: { 'sha-256': 'AB'.repeat(32), 'sha-512': 'cd' },
          subcomponents: [PRODUCT, { identifiers: { purl: 'pkg:npm/b' } }],
        },
      ],
      impact_statement: 'not shipped',
    },
  ]);
  const { document, warnings } = read(bytes);
  expect(warnings).toEqual([]);
  expect(document).toEqual({
    digest: digestOf(bytes),
    raw: bytes.toString('utf8'),
    id: 'https://example.test/vex/1',
    author: 'Example',
    timestamp: '2024-01-01T00:00:00.000Z',
    statements: [
      {
        vulnerabilities: ['CVE-2024-0001', 'GHSA-X', 'HTTPS://NVD.EXAMPLE/CVE-2024-0001'],
        products: [
          {
            identifiers: ['https://example.test/app', 'pkg:oci/app@sha256%3Aaa'],
            sha256: 'ab'.repeat(32),
            subcomponents: [{ identifiers: ['pkg:npm/a@1.0.0'] }, { identifiers: ['pkg:npm/b'] }],
          },
        ],
        status: 'not_affected',
        justification: 'component_not_present',
        statement: 'not shipped',
        timestamp: '2024-02-03T03:05:06.789Z',
      },
    ],
  });
});

test('in a 0.0.1 document vulnerability and products are texts and subcomponents belong to the statement', () => {
  const statement = { vulnerability: 'CVE-1', products: ['pkg:oci/app', 'pkg:oci/b'], subcomponents: ['pkg:npm/a'] };
  const { document } = read(openVex([statement], { '@context': 'https://openvex.dev/ns', version: '1' }));
  const subcomponents = [{ identifiers: ['pkg:npm/a'] }];
  expect(document.statements[0]).toMatchObject({
    vulnerabilities: ['CVE-1'],
    products: [
      { identifiers: ['pkg:oci/app'], subcomponents },
      { identifiers: ['pkg:oci/b'], subcomponents },
    ],
    timestamp: '2024-01-01T00:00:00.000Z',
  });
});

test.each([
  ['not_affected without a reason', { products: [PRODUCT], justification: undefined }, 0],
  ['not_affected with empty reasons', { products: [PRODUCT], justification: '', impact_statement: '' }, 0],
  ['a statement without products', {}, 0],
  ['a statement without vulnerability', { products: [PRODUCT], vulnerability: { description: 'bad' } }, 0],
  ['affected without an action', { products: [PRODUCT], status: 'affected' }, 1],
])('%s is told as a warning; %i statements are kept', (_, statement, kept) => {
  const { document, warnings } = read(openVex([statement]));
  expect(document.statements).toHaveLength(kept);
  expect(warnings).toEqual([expect.objectContaining({ pointer: '/statements/0' })]);
});

test('a vulnerability without name is known by its @id', () => {
  const { document } = read(openVex([{ products: [PRODUCT], vulnerability: { '@id': 'CVE-1' } }]));
  expect(document.statements[0]?.vulnerabilities).toEqual(['CVE-1']);
});

test('an impact statement is reason enough for not_affected', () => {
  const statement = { products: [PRODUCT], justification: undefined, impact_statement: 'no such code' };
  expect(read(openVex([statement])).document.statements).toMatchObject([{ statement: 'no such code' }]);
});

test('without any time a statement is older than all others', () => {
  const { document, warnings } = read(openVex([{ products: [PRODUCT] }], { timestamp: undefined }));
  expect(document.statements[0]?.timestamp).toBe(UNKNOWN_TIME);
  expect(warnings).toHaveLength(1);
});

test('a document without @id is known by its digest', () => {
  const { document, warnings } = read(openVex([{ products: [PRODUCT] }], { '@id': undefined }));
  expect(document.id).toBe(document.digest);
  expect(warnings).toEqual([{ pointer: '/@id', message: 'the document has no @id; its digest stands for it' }]);
});

test.each([
  ['/statements/0/status', [{ products: [PRODUCT], status: 'fine' }], {}],
  ['/statements/0/justification', [{ products: [PRODUCT], justification: 'trust_me' }], {}],
  ['/statements/0/timestamp', [{ products: [PRODUCT], timestamp: '2024-02-30T00:00:00Z' }], {}],
  ['/statements/0/vulnerability/name', [{ products: [PRODUCT], vulnerability: { name: 7 } }], {}],
  ['/statements/0/products/0', [{ products: [7] }], {}],
  ['/@context', [], { '@context': 'https://openvex.dev/ns/v9' }],
  ['', [], { '@context': undefined, bomFormat: 'CycloneDX' }],
  ['/author', [], { author: ['x'] }],
])('a fault at "%s" makes the document unreadable and is named', (pointer, statements, given) => {
  const reading = readOpenVex(openVex(statements, given), 'vex.json');
  expect(reading).toEqual({
    ok: false,
    violations: expect.arrayContaining([expect.objectContaining({ pointer })]) as unknown,
  });
});

test('a fault of syntax is named by line and column', () => {
  expect(readOpenVex(Buffer.from('{\n  "@id": x'), 'vex.json')).toEqual({
    ok: false,
    violations: [{ pointer: '', message: 'not JSON: expected a value, found "x"', line: 2, column: 10 }],
  });
});

test('the number of remarks has a bound', () => {
  const { warnings } = read(openVex(Array.from({ length: 5_000 }, () => ({}))));
  expect(warnings).toHaveLength(100);
});
