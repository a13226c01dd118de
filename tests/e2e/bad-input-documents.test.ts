import { join } from 'node:path';
import { stella, temporaryFolder } from '@stella-ops/testkit';
import { beforeAll, describe } from 'vitest';
import { put, testBadInput } from './bad-input-case.ts';

const root = join(import.meta.dirname, '..', '..');
const index = join(temporaryFolder('bad-documents'), 'advisories.idx');
const match = (source: string, ...more: string[]): string[] => [
  'findings',
  'match',
  source,
  '--advisories',
  index,
  ...more,
];

beforeAll(async () => {
  await stella(['advisories', 'build', join(root, 'demo', 'advisories'), '--output', index]);
});

const CDX = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 };
const cdx = (members: string): string => `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,${members}}`;
const library = (name: string) => ({ type: 'library', name, version: '1', 'bom-ref': name, purl: `pkg:npm/${name}@1` });

describe('an SBOM', () => {
  testBadInput([
    {
      title: 'that is not JSON is named by line and column',
      words: (folder) => match(put(folder, 'a.cdx.json', '{\n  "bomFormat": "CycloneDX",\n  oops\n}')),
      exit: 2,
      code: 'JSON_INVALID',
      says: [/at a\.cdx\.json:3:3/],
    },
    {
      title: 'that is cut short is named by line and column',
      words: (folder) => match(put(folder, 'a.cdx.json', '{\n  "bomFormat": "Cyc')),
      exit: 2,
      code: 'JSON_INVALID',
      says: [/at a\.cdx\.json:2:\d+/],
    },
    {
      title: 'that is empty says so',
      words: (folder) => match(`sbom:${put(folder, 'a.json', '')}`),
      exit: 2,
      code: 'JSON_INVALID',
      says: [/at a\.json/],
    },
    {
      title: 'of another kind is not guessed at',
      words: (folder) => match(put(folder, 'a.json', { hello: 'world' })),
      exit: 2,
      code: 'SBOM_FORMAT_UNSUPPORTED',
      says: [/at a\.json/],
    },
    {
      title: 'of a version that does not exist is refused',
      words: (folder) => match(put(folder, 'a.json', { ...CDX, specVersion: '9.9' })),
      exit: 2,
      code: 'SBOM_INVALID',
      says: [/at a\.json#\/specVersion/, '"1.2" to "1.7"'],
    },
    {
      title: 'in XML is told what to convert it to',
      words: (folder) =>
        match(
          `sbom:${put(folder, 'a.xml', '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>')}`,
        ),
      exit: 2,
      code: 'SBOM_FORMAT_UNSUPPORTED',
      says: [/at a\.xml/, 'XML'],
    },
    {
      title: 'with __proto__ as a member changes no prototype',
      words: (folder) =>
        match(
          put(
            folder,
            'a.json',
            cdx(
              '"__proto__":{"components":[]},"components":[{"__proto__":{"name":"x"},"type":"library","version":"1"}]',
            ),
          ),
        ),
      exit: 0,
      says: ['a.json#/components/0: a component without name and package URL'],
      shows: ['0 open of 0 findings'],
    },
    {
      title: 'nested a hundred thousand levels deep is refused without a crash',
      words: (folder) => match(put(folder, 'a.json', cdx(`"x":${'['.repeat(100_000)}${']'.repeat(100_000)}`))),
      exit: 2,
      code: 'JSON_TOO_DEEP',
      says: [/at a\.json/],
    },
    {
      title: 'with a component that cannot be read is matched without it, and the gap is in the report',
      words: (folder) => {
        const components = [library('a'), { type: 'library', name: 7 }];
        return match(put(folder, 'a.json', { ...CDX, components }), '--format', 'json');
      },
      exit: 0,
      says: ['a.json#/components/1/name: not a text, left out'],
      shows: ['"gaps":[{"code":"SBOM_COMPONENT_UNREADABLE","detail":"/components/1 '],
    },
    {
      title: 'whose dependencies run in circles is matched all the same',
      words: (folder) => {
        const dependencies = [
          { ref: 'a', dependsOn: ['b'] },
          { ref: 'b', dependsOn: ['a', 'b'] },
        ];
        return match(put(folder, 'a.json', { ...CDX, components: [library('a'), library('b')], dependencies }));
      },
      exit: 0,
      shows: ['0 open of 0 findings'],
    },
    {
      title: 'with a million components is over the limit, in bounded time and memory',
      words: (folder) => {
        const one = '{"type":"library","name":"a"}';
        return match(put(folder, 'a.json', cdx(`"components":[${`${one},`.repeat(999_999)}${one}]`)));
      },
      exit: 2,
      code: 'SBOM_TOO_LARGE',
      says: [/at a\.json/],
      // JSON is parsed whole: 30 MB of text as bytes, as text and as values.
      peakMb: 450,
    },
    {
      title: 'of many empty lists is refused before they take many times the memory of the text',
      words: (folder) => match(put(folder, 'a.json', cdx(`"x":[${'[],'.repeat(20_000_000)}1]`))),
      exit: 2,
      code: 'JSON_TOO_LARGE',
      says: [/at a\.json/],
    },
  ]);
});

describe('a VEX document', () => {
  const sbom = (folder: string): string => put(folder, 'a.cdx.json', { ...CDX, components: [library('lodash')] });
  const withVex = (content: string | object) => (folder: string) =>
    match(sbom(folder), '--vex', put(folder, 'a.vex.json', content));
  const VEX = { '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://x.example/1', author: 'x', version: 1 };
  testBadInput([
    {
      title: 'that is not JSON ends the command: a statement that should count must not vanish',
      words: withVex('{\n "statements": [}'),
      exit: 2,
      code: 'VEX_INVALID',
      says: [/at a\.vex\.json:2:17/],
    },
    {
      title: 'with an unknown status is named by pointer',
      words: withVex({
        ...VEX,
        timestamp: '2026-01-01T00:00:00Z',
        statements: [{ vulnerability: { name: 'CVE-1' }, products: [{ '@id': 'pkg:npm/a' }], status: 'fine' }],
      }),
      exit: 2,
      code: 'VEX_INVALID',
      says: [/at a\.vex\.json#\/statements\/0\/status/],
    },
    {
      title: 'of another format is refused',
      words: withVex({ document: { category: 'csaf_vex' } }),
      exit: 2,
      code: 'VEX_INVALID',
      says: [/at a\.vex\.json/],
    },
    {
      title: 'that is not there is named',
      words: (folder) => match(sbom(folder), '--vex', 'none.json'),
      exit: 4,
      code: 'FILE_NOT_FOUND',
      says: [/at none\.json/],
    },
    {
      title: 'that is a folder is named',
      words: (folder) => match(sbom(folder), '--vex', '.'),
      exit: 2,
      code: 'FILE_UNREADABLE',
      says: [/at \./],
    },
  ]);
});

const HEAD = `apiVersion: stella.ops/policy/v1
kind: PolicyPack
metadata: {name: t, version: "1"}
`;
const DEFAULTS = `defaults: {finding: allow, unknownSeverity: pending, notEvaluated: pending, gap: deny, coverage: warn}\n`;
const packWith = (when: string): string =>
  `${HEAD}rules:\n  - id: one\n    on: finding\n    when: ${when}\n    action: deny\n    code: ONE\n    message: text\n${DEFAULTS}`;
const REPORT = {
  format: 'stella.findings/v1',
  inventory: `sha256:${'0'.repeat(64)}`,
  snapshot: `sha256:${'1'.repeat(64)}`,
  subject: { kind: 'sbom', name: 'x' },
  gaps: [],
  findings: [],
  coverage: [],
};

describe('a policy pack', () => {
  const check = (pack: string) => (folder: string) => [
    'policy',
    'check',
    put(folder, 'p.yaml', pack),
    '--findings',
    put(folder, 'f.json', REPORT),
  ];
  const bomb = Array.from({ length: 9 }, (_, at) => {
    const items = Array.from({ length: 9 }, () => (at === 0 ? '"x"' : `*l${at - 1}`));
    return `l${at}: &l${at} [${items.join()}]\n`;
  }).join('');
  testBadInput([
    {
      title: 'that is not YAML is named by line and column',
      words: check(`${HEAD}rules: [`),
      exit: 2,
      code: 'POLICY_INVALID',
      says: [/at p\.yaml:4:9/],
    },
    {
      title: 'with one key twice is refused: readers would differ',
      words: check('kind: PolicyPack\nkind: Other\n'),
      exit: 2,
      code: 'POLICY_INVALID',
      says: [/at p\.yaml:2:1/],
    },
    {
      title: 'with aliases that multiply is refused before it grows',
      words: check(bomb),
      exit: 2,
      code: 'POLICY_INVALID',
      says: [/at p\.yaml:1:\d+#\/l0/, 'anchor'],
    },
    {
      title: 'nested very deep is refused without a crash',
      words: check(`a: ${'['.repeat(50_000)}`),
      exit: 2,
      code: 'POLICY_INVALID',
      says: [/at p\.yaml:1/],
    },
    {
      title: 'with a name that CEL does not know is named by line and column',
      words: check(packWith('finding.sevrity.level == "high"')),
      exit: 2,
      code: 'POLICY_INVALID',
      says: [/at p\.yaml:7:11/, 'sevrity'],
    },
    {
      title: 'that compares unlike types is named by line and column',
      words: check(packWith('finding.fixable == "yes"')),
      exit: 2,
      code: 'POLICY_INVALID',
      says: [/at p\.yaml:7:30/],
    },
    {
      title: 'with several faults has all of them listed',
      words: check(packWith('true').replace('deny\n', 'block\n').replace('code: ONE', 'code: one')),
      exit: 2,
      code: 'POLICY_INVALID',
      says: [/^ {2}- 8:13: /m, /^ {2}- 9:11: /m],
    },
    {
      title: 'that is not UTF-8 is refused',
      words: (folder) => {
        put(folder, 'p.yaml', Buffer.concat([Buffer.from(HEAD), Buffer.from([0xff, 0xfe, 0x80])]));
        return ['policy', 'check', 'p.yaml', '--findings', put(folder, 'f.json', REPORT)];
      },
      exit: 2,
      code: 'POLICY_INVALID',
      says: [/at p\.yaml/],
    },
  ]);
});

describe('exceptions', () => {
  const baseline = join(root, 'policies', 'baseline.yaml');
  const check = (exceptions: string) => (folder: string) => [
    'policy',
    'check',
    baseline,
    '--findings',
    put(folder, 'f.json', REPORT),
    '--exceptions',
    put(folder, 'e.yaml', exceptions),
  ];
  const one = `format: stella.exceptions/v1
exceptions:
  - id: EX-1
    vulnerability: CVE-2026-1
    reason: no fix
    approvedBy: bob@shop.example
    createdAt: 2026-01-01T00:00:00Z
`;
  testBadInput([
    {
      title: 'without an end are refused, at the exception',
      words: check(one),
      exit: 2,
      code: 'EXCEPTIONS_INVALID',
      says: [/at e\.yaml:3:5/, 'expiresAt'],
    },
    {
      title: 'that end before they begin are refused',
      words: check(`${one}    expiresAt: 2025-01-01T00:00:00Z\n`),
      exit: 2,
      code: 'EXCEPTIONS_INVALID',
      says: [/at e\.yaml:8:16/],
    },
    {
      title: 'for everything are refused',
      words: check(`${one.replace('CVE-2026-1', '"*"')}    expiresAt: 2027-01-01T00:00:00Z\n`),
      exit: 2,
      code: 'EXCEPTIONS_INVALID',
      says: [/at e\.yaml:4:/],
    },
  ]);
});

describe('a findings report', () => {
  const baseline = join(root, 'policies', 'baseline.yaml');
  const judge = (report: string | object) => (folder: string) => [
    'policy',
    'check',
    baseline,
    '--findings',
    put(folder, 'f.json', report),
  ];
  testBadInput([
    {
      title: 'that is not JSON is named by line and column',
      words: judge('{"format":\n nope}'),
      exit: 2,
      code: 'JSON_INVALID',
      says: [/at f\.json:2:2/],
    },
    {
      title: 'of the wrong shape has each fault named by pointer',
      words: judge({ ...REPORT, findings: [{ vulnerability: 7 }], coverage: 'none' }),
      exit: 2,
      code: 'SHAPE_INVALID',
      says: [/at f\.json#\//, '/findings/0/vulnerability', '/coverage'],
    },
    {
      title: 'of another format is refused',
      words: judge({ ...REPORT, format: 'stella.findings/v9' }),
      exit: 2,
      code: 'SHAPE_INVALID',
      says: [/at f\.json#\/format/],
    },
    {
      title: 'with a member that we do not write is refused',
      words: judge({ ...REPORT, ignored: true }),
      exit: 2,
      code: 'SHAPE_INVALID',
      says: ['/ignored'],
    },
    {
      title: 'on an empty standard input is no report',
      words: () => ['policy', 'check', baseline, '--findings', '-'],
      stdin: '',
      exit: 2,
      code: 'JSON_INVALID',
      says: [/at -/],
    },
    {
      title: 'with a control sequence in a name cannot steer the terminal',
      words: judge({ ...REPORT, subject: { kind: 'sbom', name: 'x\u001b[2J\u202e' } }),
      exit: 0,
      shows: ['x?[2J?'],
    },
    {
      title: 'judged at a time that is none is refused',
      words: (folder) => [...judge(REPORT)(folder), '--at', 'tomorrow'],
      exit: 2,
      code: 'ENCODING_INVALID',
    },
  ]);
});
