import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Digest } from '@stella-ops/engine-kernel';
import type { Finding, Findings } from '@stella-ops/engine-advisories';
import type { Subject } from '@stella-ops/engine-inventory';
import { applyVex, buildVexSet, readOpenVex, readVexSet, vexSetBytes } from '@stella-ops/engine-vex';

const DIGEST: Digest = `sha256:${'a'.repeat(64)}`;
const PURL = 'pkg:npm/a@1.0.0';

const FINDING: Finding = {
  vulnerability: 'CVE-1',
  aliases: ['GHSA-1'],
  records: ['CVE-1'],
  component: PURL,
  purl: PURL,
  package: 'a',
  installedVersion: '1.0.0',
  fixedVersions: [],
  severity: { level: 'low' },
  state: 'affected',
  reachability: 'unknown',
  grade: 'exact',
  trace: [],
};
const FINDINGS: Findings = {
  format: 'stella.findings/v1',
  inventory: DIGEST,
  snapshot: DIGEST,
  findings: [FINDING],
  coverage: [],
};
const SUBJECT: Subject = { kind: 'image', name: 'app:1', digest: DIGEST };

/** Values that a document may hold in any place: right ones, wrong ones, and names of object members. */
const NAMES = [PURL, 'pkg:npm/a', 'pkg:oci/app', `pkg:oci/app@${DIGEST}`, DIGEST, 'CVE-1', 'ghsa-1'];
const WORDS = ['fixed', 'affected', 'not_affected', 'component_not_present', '2024-01-01T00:00:00Z'];
const TRAPS = ['', 'x', '__proto__', 'constructor', 'pkg:%'];
const word = fc.constantFrom(...NAMES, ...WORDS, ...TRAPS);
const anything = fc.oneof({ weight: 3, arbitrary: word }, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>);
const mostly = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 40, arbitrary }, { weight: 1, arbitrary: anything });

const component = {
  '@id': mostly(word),
  identifiers: mostly(fc.record({ purl: mostly(word) }, { requiredKeys: [] })),
  hashes: mostly(fc.dictionary(fc.constantFrom('sha-256', 'sha256', '__proto__'), mostly(fc.constant('a'.repeat(64))))),
};
const parts = mostly(fc.array(fc.oneof(word, fc.record(component, { requiredKeys: [] })), { maxLength: 2 }));
const product = fc.oneof(word, fc.record({ ...component, subcomponents: parts }, { requiredKeys: [] }));
const name = fc.constantFrom('CVE-1', 'ghsa-1', 'CVE-2', '__proto__');
const statement = fc.record(
  {
    vulnerability: mostly(fc.oneof(name, fc.record({ name, aliases: fc.array(name, { maxLength: 2 }) }))),
    status: mostly(fc.constantFrom('not_affected', 'affected', 'fixed', 'under_investigation')),
    justification: mostly(fc.constantFrom('component_not_present', '')),
    timestamp: mostly(fc.constantFrom('2024-01-01T00:00:00Z', '2024-01-02T00:00:00.5+01:00')),
    products: mostly(fc.array(product, { maxLength: 3 })),
    subcomponents: parts,
  },
  { requiredKeys: ['vulnerability', 'status', 'products'] },
);
const document = fc.record(
  {
    '@context': fc.constantFrom('https://openvex.dev/ns', 'https://openvex.dev/ns/v0.2.0'),
    '@id': mostly(word),
    timestamp: fc.constantFrom('2024-01-01T00:00:00Z', '2023-01-01T00:00:00Z'),
    statements: mostly(fc.array(statement, { maxLength: 4 })),
  },
  { requiredKeys: ['@context', 'statements'] },
);

test('any JSON and any bytes are read or refused, never thrown', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 50 }),
        fc.json().map((text) => Buffer.from(text)),
        anything.map(bytesOf),
      ),
      (bytes) => {
        const reading = readOpenVex(bytes, 'x');
        if (!reading.ok) expect(reading.violations.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 5_000 },
  );
});

test('documents near to real ones are applied the same in any order, alone or as a set, and change only the answer', () => {
  let answered = 0;
  fc.assert(
    fc.property(fc.array(document, { maxLength: 4 }), (values) => {
      const documents = values
        .map((value) => readOpenVex(bytesOf(value), 'x'))
        .map((reading) => (reading.ok ? reading.document : undefined))
        .filter((one) => one !== undefined);
      const result = applyVex(FINDINGS, documents, SUBJECT);
      expect(applyVex(FINDINGS, documents.toReversed(), SUBJECT)).toEqual(result);
      const set = readVexSet(vexSetBytes(buildVexSet(documents, FINDINGS)), 'x');
      expect(applyVex(FINDINGS, set, SUBJECT)).toEqual(result);
      const [finding] = result.findings;
      expect({ ...finding, vex: undefined }).toEqual({ ...FINDING, vex: undefined });
      if (finding?.vex !== undefined) answered++;
      const times = [finding?.vex, ...(finding?.vex?.overruled ?? [])].map((one) => one?.timestamp ?? '');
      expect(times.toSorted().toReversed()).toEqual(times);
    }),
    { numRuns: 5_000 },
  );
  // Documents that never speak of the finding would test nothing.
  expect(answered).toBeGreaterThan(500);
});

function bytesOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
