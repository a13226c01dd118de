import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { packOrThrow, readPack } from './read-pack.ts';

const HEAD = `apiVersion: stella.ops/policy/v1
kind: PolicyPack
metadata: {name: t, version: "1"}
`;
const DEFAULTS = `defaults: {finding: allow, unknownSeverity: pending, notEvaluated: pending, gap: deny, coverage: warn}
`;
const rule = (when: string, more = '') =>
  `rules:\n  - id: one\n    on: finding\n    when: ${when}\n    action: deny\n    code: ONE\n    message: text\n${more}`;
const pack = (rules: string, before = '') => `${HEAD}${before}${rules}${DEFAULTS}`;

function faults(text: string): string[] {
  const result = readPack(Buffer.from(text), 'p.yaml');
  return result.ok ? [] : result.diagnostics.map((d) => `${d.line}:${d.column} ${d.code} ${d.pointer}`);
}

describe('a fault is named at its line and column', () => {
  const cases: readonly (readonly [what: string, text: string, fault: string])[] = [
    ['not YAML', `${HEAD}rules: [`, '4:9 YAML_INVALID '],
    ['a duplicate member', `kind: PolicyPack\nkind: Other\n`, '2:1 YAML_DUPLICATE_KEY /kind'],
    ['an anchor', `a: &x 1\n`, '1:7 YAML_FEATURE_REFUSED /a'],
    ['an alias', `a: *x\n`, '1:4 YAML_FEATURE_REFUSED /a'],
    ['a tag', `a: !!str 1\n`, '1:10 YAML_FEATURE_REFUSED /a'],
    ['a merge key', `<<: {a: 1}\n`, '1:1 YAML_FEATURE_REFUSED /<<'],
    ['a second document', `a: 1\n---\nb: 2\n`, '2:1 YAML_FEATURE_REFUSED '],
    ['YAML 1.1', `%YAML 1.1\n---\na: yes\n`, '1:1 YAML_FEATURE_REFUSED '],
    ['an unknown member', pack(rule('"true"', '    severty: high\n')), '11:5 MEMBER_UNKNOWN /rules/0/severty'],
    ['a wrong value', pack(rule('"true"').replace('deny', 'block')), '8:13 MEMBER_INVALID /rules/0/action'],
    ['a missing default', pack(rule('"true"')).replace('gap: deny, ', ''), '11:11 MEMBER_MISSING /defaults'],
    ['an unknown name', pack(rule('finding.sevrity.level == "high"')), '7:11 CEL_UNKNOWN_NAME /rules/0/when'],
    ['another row’s name', pack(rule('true && gap.code == "X"')), '7:19 CEL_UNKNOWN_NAME /rules/0/when'],
    ['a group as a value', pack(rule('finding.severity == "high"')), '7:11 CEL_UNKNOWN_NAME /rules/0/when'],
    ['a syntax error', pack(rule('finding.fixable &&')), '7:29 CEL_SYNTAX /rules/0/when'],
    ['unlike types', pack(rule('finding.fixable == "yes"')), '7:30 CEL_TYPE /rules/0/when'],
    ['a condition that is text', pack(rule('finding.package')), '7:11 CEL_TYPE /rules/0/when'],
    [
      'a fault inside single quotes, after an escape',
      pack(rule(`'finding.package == ''a'' && nope'`)),
      '7:40 CEL_UNKNOWN_NAME /rules/0/when',
    ],
    [
      'a fault inside double quotes, after an escape',
      pack(rule(String.raw`"finding.package == \"a\" && nope"`)),
      '7:40 CEL_UNKNOWN_NAME /rules/0/when',
    ],
    [
      'a fault in a folded block',
      pack(rule('>-\n      finding.fixable &&\n      nope')),
      '9:7 CEL_UNKNOWN_NAME /rules/0/when',
    ],
    [
      'a fault in a literal block',
      pack(rule('|\n      finding.fixable\n        && nope')),
      '9:12 CEL_UNKNOWN_NAME /rules/0/when',
    ],
    [
      'an unknown placeholder',
      pack(rule('"true"').replace('text', 'x {finding.nope}')),
      '10:17 PLACEHOLDER_INVALID /rules/0/message',
    ],
    ['a single brace', pack(rule('"true"').replace('text', 'x }')), '10:16 PLACEHOLDER_INVALID /rules/0/message'],
    [
      'two rules of one id',
      pack(rule('"true"') + rule('"true"').slice('rules:\n'.length)),
      '11:9 RULE_DUPLICATE /rules/1/id',
    ],
    ['a parameter nobody reads', pack(rule('"true"'), 'params: {limit: 7}\n'), '4:10 PARAM_UNUSED /params/limit'],
    [
      'a parameter with a reserved name',
      pack(rule('"true"'), 'params: {constructor: 7}\n'),
      '4:10 PARAM_NAME_INVALID /params/constructor',
    ],
    ['a version that is a number', pack(rule('"true"')).replace('"1"', '1.0'), '3:30 MEMBER_INVALID /metadata/version'],
    [
      'states on a gap',
      pack(rule('"true"', '    states: [affected]\n').replace('on: finding', 'on: gap')),
      '11:5 MEMBER_INVALID /rules/0/states',
    ],
  ];
  test.each(cases)('%s', (_, text, fault) => {
    expect(faults(text)).toContain(fault);
  });
});

describe('a condition that could fail, loop or differ between two runs is refused', () => {
  test.each([
    'finding.package.matches("(a+)+$")',
    'timestamp("2026-01-01T00:00:00Z") == timestamp("2026-01-01T00:00:00Z")',
    'duration("1h") == duration("1h")',
    'finding.aliases[0] == "x"',
    'int(finding.package) == 1',
    'finding.severity.score + 1.0 > 2.0',
    'size(finding.aliases) / 0 == 1',
    'has(finding.package)',
    'finding.aliases.map(a, a) == finding.aliases',
    'dyn(finding.package) == "x"',
    'type(finding.package) == string',
    '{"a": true}["a"]',
    'b"x".json().a == 1',
    'cel.bind(x, true, x)',
    'optional.none() == optional.none()',
    'google.protobuf.Timestamp == google.protobuf.Timestamp',
  ])('%s', (when) => {
    expect(faults(pack(rule(`'${when.replaceAll("'", "''")}'`))).join()).toMatch(
      /CEL_(NOT_ALLOWED|UNKNOWN_NAME|SYNTAX|TYPE)/,
    );
  });

  test('text has no order, for versions are not ordered as text', () => {
    expect(faults(pack(rule('finding.installedVersion < "2"')))).toEqual(['7:11 CEL_NOT_ALLOWED /rules/0/when']);
  });

  test('members that every object inherits are not names', () => {
    for (const name of [
      'finding.constructor',
      'finding.__proto__',
      'params.toString',
      'constructor',
      'finding.severity.hasOwnProperty',
    ]) {
      expect(faults(pack(rule(`'${name} == "x"'`))), name).toEqual(['7:12 CEL_UNKNOWN_NAME /rules/0/when']);
    }
  });
});

describe('hostile documents end quickly in a diagnostic', () => {
  test.each([
    ['flow lists', '['.repeat(100_000), 'DOCUMENT_TOO_DEEP'],
    ['block lists', '- '.repeat(100_000), 'DOCUMENT_TOO_DEEP'],
    ['flow maps', '{a: '.repeat(50_000), 'DOCUMENT_TOO_DEEP'],
    ['size', ' '.repeat(4 * 1024 * 1024 + 1), 'DOCUMENT_TOO_LARGE'],
    ['deep condition', pack(rule(`"${'('.repeat(2000)}"`)), 'CEL_SYNTAX'],
    ['long condition', pack(rule(`"${'true && '.repeat(600)}true"`)), 'CEL_SYNTAX'],
  ])('%s', (_, text, code) => {
    expect(faults(text).join()).toContain(code);
  });

  test('bytes that are not UTF-8', () => {
    const result = readPack(Buffer.from([0x61, 0xff]), 'p.yaml');
    expect(result.ok ? [] : result.diagnostics.map((d) => d.code)).toEqual(['DOCUMENT_NOT_UTF8']);
  });

  // A reader that compares every key with every other one runs into the test's time limit.
  test('many keys take time in proportion', () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n');
    expect(faults(text).length).toBe(100);
  });
});

test('every fault carries a hint, and all are reported at once in reading order', () => {
  const result = readPack(Buffer.from(pack(rule('nope') + rule('also && "x"').slice('rules:\n'.length))), 'p.yaml');
  if (result.ok) throw new Error('expected faults');
  expect(result.diagnostics.map((d) => [d.line, d.code])).toEqual([
    [7, 'CEL_UNKNOWN_NAME'],
    [11, 'RULE_DUPLICATE'],
    [13, 'CEL_UNKNOWN_NAME'],
  ]);
  for (const diagnostic of result.diagnostics) expect(diagnostic.hint).not.toBe('');
  expect(() => packOrThrow(Buffer.from('a: 1'), 'p.yaml')).toThrow(expect.objectContaining({ code: 'POLICY_INVALID' }));
});

test('the pack that ships is valid', () => {
  const file = new URL('../../../policies/baseline.yaml', import.meta.url);
  expect(readPack(readFileSync(file), 'baseline.yaml')).toMatchObject({ ok: true, pack: { name: 'baseline' } });
});
