import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { type FindingsReport, readFindingsReport } from './findings-report.ts';

const REPORT: FindingsReport = {
  format: 'stella.findings/v1',
  inventory: digestOf('inventory'),
  snapshot: digestOf('snapshot'),
  subject: { kind: 'sbom', name: 'shop' },
  gaps: [{ code: 'OS_UNKNOWN', detail: 'no os-release' }],
  findings: [
    {
      vulnerability: 'CVE-2026-1',
      aliases: ['GHSA-x'],
      records: ['GHSA-x'],
      component: 'pkg:npm/a@1.0.0',
      purl: 'pkg:npm/a@1.0.0',
      package: 'a',
      installedVersion: '1.0.0',
      fixedVersions: ['1.0.1'],
      severity: { level: 'high', score: 7.5 },
      file: 'srv/node_modules/a/package.json',
      layer: digestOf('layer'),
      state: 'affected',
      reachability: 'unknown',
      grade: 'exact',
      trace: [],
    },
  ],
  coverage: [{ ecosystem: 'npm', components: 1, records: 1, state: 'evaluated', sentence: 'npm: 1 component' }],
};
const read = (value: unknown) => readFindingsReport(canonicalBytes(value), 'f.json');

test('what is written is read back', () => {
  expect(read(REPORT)).toEqual(REPORT);
});

test('members of a finding that a later release adds are passed over', () => {
  const [finding] = REPORT.findings;
  expect(read({ ...REPORT, findings: [{ ...finding, later: true }] })).toEqual(REPORT);
});

test.each<[what: string, change: object, pointer: string]>([
  ['another format', { format: 'stella.findings/v2' }, '/format'],
  ['a member of the report that is unknown', { later: true }, '/later'],
  [
    'a severity above ten',
    { findings: [{ ...REPORT.findings[0], severity: { level: 'high', score: 11 } }] },
    '/findings/0/severity/score',
  ],
  [
    'a state that a policy does not know',
    { findings: [{ ...REPORT.findings[0], state: 'fixed' }] },
    '/findings/0/state',
  ],
  ['a digest that is none', { snapshot: 'sha256:1' }, '/snapshot'],
  [
    'coverage of less than nothing',
    { coverage: [{ ...REPORT.coverage[0], components: -1 }] },
    '/coverage/0/components',
  ],
])('%s is refused at its place', (_, change, pointer) => {
  expect(() => read({ ...REPORT, ...change })).toThrow(
    expect.objectContaining({ code: 'SHAPE_INVALID', place: { file: 'f.json', pointer } }),
  );
});
