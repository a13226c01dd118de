import type { CoverageRow, Finding } from '@stella-ops/engine-advisories';
import type { Gap, Subject } from '@stella-ops/engine-inventory';
import { canonicalBytes, canonicalJson, digestOf } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { parseVerdict } from './parse-verdict.ts';
import { packOrThrow } from './read-pack.ts';
import { NO_EXCEPTIONS } from './read-exceptions.ts';
import type { Exception, PolicyInput, Verdict } from './types.ts';

const AT = '2026-06-01T00:00:00.000Z';
const IMAGE = digestOf('image');
const SUBJECT: Subject = { kind: 'image', name: 'shop/cart', digest: IMAGE };
const DEFAULTS = {
  finding: 'allow',
  unknownSeverity: 'pending',
  notEvaluated: 'pending',
  gap: 'deny',
  coverage: 'warn',
};

interface RuleInit {
  readonly when: string;
  readonly action: string;
  readonly on?: string;
  readonly [member: string]: unknown;
}

const packOf = (
  rules: readonly RuleInit[],
  params: Record<string, unknown> = {},
  defaults: Partial<typeof DEFAULTS> = {},
) =>
  packOrThrow(
    Buffer.from(
      // JSON is YAML.
      JSON.stringify({
        apiVersion: 'stella.ops/policy/v1',
        kind: 'PolicyPack',
        metadata: { name: 'test', version: '1' },
        params,
        rules: rules.map((rule, index) => ({
          id: `rule-${index}`,
          on: 'finding',
          code: `CODE_${index}`,
          message: '{finding.vulnerability}',
          ...rule,
        })),
        defaults: { ...DEFAULTS, ...defaults },
      }),
    ),
    'pack.yaml',
  );

const finding = (init: Partial<Finding> = {}): Finding => ({
  vulnerability: 'CVE-2026-1',
  aliases: ['GHSA-xxxx'],
  records: ['GHSA-xxxx'],
  component: 'pkg:npm/left-pad@1.0.0',
  purl: 'pkg:npm/left-pad@1.0.0',
  package: 'left-pad',
  installedVersion: '1.0.0',
  fixedVersions: ['1.0.1'],
  severity: { level: 'high', score: 7.5 },
  state: 'affected',
  reachability: 'unknown',
  grade: 'exact',
  trace: [],
  ...init,
});

interface Evidence {
  readonly findings?: readonly Finding[];
  readonly coverage?: readonly CoverageRow[];
  readonly gaps?: readonly Gap[];
  readonly exceptions?: readonly Exception[];
  readonly environment?: string;
  readonly at?: string;
}

function judge(pack: ReturnType<typeof packOf>, evidence: Evidence): Verdict {
  const input: PolicyInput = {
    subject: SUBJECT,
    findings: {
      format: 'stella.findings/v1',
      inventory: digestOf('inventory'),
      snapshot: digestOf('snapshot'),
      findings: evidence.findings ?? [],
      coverage: evidence.coverage ?? [],
    },
    gaps: evidence.gaps ?? [],
    exceptions: { ...NO_EXCEPTIONS, exceptions: evidence.exceptions ?? [] },
    ...(evidence.environment === undefined ? {} : { environment: evidence.environment }),
    evaluatedAt: evidence.at ?? AT,
  };
  return evaluate(pack, input);
}

const codes = (verdict: Verdict) => verdict.reasons.map((reason) => `${reason.action} ${reason.code}`);

const DENY_BY_SCORE = { when: 'finding.severity.score >= params.threshold', action: 'deny' };
const ALLOW_ALL = { when: 'true', action: 'allow' };

describe('the first matching rule decides', () => {
  test('allow before deny', () => {
    expect(judge(packOf([ALLOW_ALL, { when: 'true', action: 'deny' }]), { findings: [finding()] }).outcome).toBe(
      'allow',
    );
    expect(judge(packOf([{ when: 'true', action: 'deny' }, ALLOW_ALL]), { findings: [finding()] }).outcome).toBe(
      'deny',
    );
  });

  test('warn is noted and the search goes on', () => {
    const verdict = judge(
      packOf([
        { when: 'true', action: 'warn' },
        { when: 'true', action: 'deny' },
      ]),
      { findings: [finding()] },
    );
    expect(codes(verdict)).toEqual(['deny CODE_1', 'warn CODE_0']);
  });

  test('the strictest row gives the outcome', () => {
    const pack = packOf([
      { when: 'finding.package == "a"', action: 'pending' },
      { when: 'finding.package == "b"', action: 'deny' },
    ]);
    const a = finding({ package: 'a' });
    const b = finding({ package: 'b' });
    expect(judge(pack, { findings: [a] }).outcome).toBe('pending');
    expect(judge(pack, { findings: [a, b] }).outcome).toBe('deny');
    expect(judge(pack, { findings: [b, a] }).outcome).toBe('deny');
    expect(judge(pack, {}).outcome).toBe('allow');
  });
});

describe('missing evidence never passes silently', () => {
  const pack = packOf([DENY_BY_SCORE, ALLOW_ALL], { threshold: 7 });

  test('a later allow does not count once a deny could not tell', () => {
    const verdict = judge(pack, { findings: [finding({ severity: { level: 'unknown' } })] });
    expect(verdict.outcome).toBe('pending');
    expect(codes(verdict)).toEqual(['pending DEFAULT_UNKNOWN_SEVERITY']);
    expect(judge(pack, { findings: [finding({ severity: { level: 'low', score: 2 } })] }).outcome).toBe('allow');
  });

  test('a severity word without a score counts as its low end', () => {
    expect(judge(pack, { findings: [finding({ severity: { level: 'high' } })] }).outcome).toBe('deny');
    expect(judge(pack, { findings: [finding({ severity: { level: 'medium' } })] }).outcome).toBe('allow');
  });

  test('an unknown severity that no rule looks at falls to its own default', () => {
    const byName = packOf([{ when: 'finding.severity.level == "critical"', action: 'deny' }]);
    expect(judge(byName, { findings: [finding({ severity: { level: 'unknown' } })] }).outcome).toBe('pending');
  });

  test('rules do not see findings that could not be evaluated unless they name the state', () => {
    const open = finding({ state: 'not-evaluated' });
    expect(codes(judge(pack, { findings: [open] }))).toEqual(['pending DEFAULT_NOT_EVALUATED']);
    const naming = packOf([
      { ...ALLOW_ALL, states: ['not-evaluated'] },
      { when: 'true', action: 'deny' },
    ]);
    expect(judge(naming, { findings: [open] }).outcome).toBe('allow');
    expect(judge(naming, { findings: [finding()] }).outcome).toBe('deny');
  });

  test('gaps and uncovered ecosystems fall to their defaults, evaluated ones do not', () => {
    const gap: Gap = { code: 'DPKG_STATUS_UNREADABLE', path: 'var/lib/dpkg/status', detail: 'the file is cut off' };
    expect(codes(judge(pack, { gaps: [gap] }))).toEqual(['deny DEFAULT_GAP']);
    const row = (state: CoverageRow['state']): CoverageRow => ({
      ecosystem: 'deb',
      components: 3,
      records: 0,
      state,
      sentence: 's',
    });
    expect(codes(judge(pack, { coverage: [row('no-source')] }))).toEqual(['warn DEFAULT_COVERAGE']);
    expect(codes(judge(pack, { coverage: [row('no-comparator')] }))).toEqual(['warn DEFAULT_COVERAGE']);
    expect(codes(judge(pack, { coverage: [row('evaluated')] }))).toEqual([]);
  });

  test('a default that only warns adds nothing where a rule has warned already', () => {
    const warned = packOf([
      { on: 'coverage', when: 'coverage.state == "no-source"', action: 'warn', code: 'NO_SOURCE', message: 'x' },
    ]);
    const coverage: CoverageRow[] = [
      { ecosystem: 'deb', components: 3, records: 0, state: 'no-source', sentence: 's' },
    ];
    expect(codes(judge(warned, { coverage }))).toEqual(['warn NO_SOURCE']);
    const strict = packOf(
      [{ on: 'coverage', when: 'coverage.state == "no-source"', action: 'warn', code: 'NO_SOURCE', message: 'x' }],
      {},
      { coverage: 'pending' },
    );
    expect(codes(judge(strict, { coverage }))).toEqual(['pending DEFAULT_COVERAGE', 'warn NO_SOURCE']);
  });

  test('rules on gaps, coverage and the subject decide before defaults', () => {
    const rules = packOf([
      { on: 'gap', when: 'gap.code == "FOREIGN_LAYER"', action: 'warn', message: '{gap.detail}' },
      { on: 'gap', when: 'gap.code.startsWith("FOREIGN")', action: 'allow', message: 'x' },
      { on: 'coverage', when: 'coverage.components > 2', action: 'pending', message: '{coverage.ecosystem}' },
      { on: 'subject', when: 'environment == "prod" && subject.digest == ""', action: 'deny', message: 'x' },
      { on: 'subject', when: 'environment == "prod"', action: 'warn', message: '{subject.name} goes to {environment}' },
    ]);
    const verdict = judge(rules, {
      gaps: [{ code: 'FOREIGN_LAYER', detail: 'one layer is not fetched' }],
      coverage: [{ ecosystem: 'npm', components: 3, records: 1, state: 'evaluated', sentence: 's' }],
      environment: 'prod',
    });
    expect(verdict.reasons.map((reason) => [reason.action, reason.sentence])).toEqual([
      ['pending', 'npm'],
      ['warn', 'one layer is not fetched'],
      ['warn', 'shop/cart goes to prod'],
    ]);
  });
});

describe('exceptions', () => {
  const deny = packOf([DENY_BY_SCORE], { threshold: 7 });
  const exception = (init: Partial<Exception> = {}): Exception => ({
    id: 'EX-1',
    vulnerability: 'CVE-2026-1',
    reason: 'r',
    approvedBy: 'a',
    createdAt: '2026-05-01T00:00:00.000Z',
    expiresAt: '2026-07-01T00:00:00.000Z',
    ...init,
  });
  const outcome = (init: Partial<Exception>, at = AT, of: Partial<Finding> = {}) => {
    const verdict = judge(deny, { findings: [finding(of)], exceptions: [exception(init)], at });
    return `${verdict.outcome} ${verdict.exceptions[0]?.state}`;
  };

  test('in force from createdAt until just before expiresAt', () => {
    expect(outcome({}, '2026-04-30T23:59:59.999Z')).toBe('deny not-yet');
    expect(outcome({}, '2026-05-01T00:00:00.000Z')).toBe('allow applied');
    expect(outcome({}, '2026-06-30T23:59:59.999Z')).toBe('allow applied');
    expect(outcome({}, '2026-07-01T00:00:00.000Z')).toBe('deny expired');
  });

  test('match id or alias, package with or without version, and subject', () => {
    expect(outcome({ vulnerability: 'GHSA-xxxx' })).toBe('allow applied');
    expect(outcome({ vulnerability: 'CVE-2026-2' })).toBe('deny unused');
    expect(outcome({ package: 'pkg:npm/left-pad' })).toBe('allow applied');
    expect(outcome({ package: 'pkg:npm/left-pad@1.0.0' })).toBe('allow applied');
    expect(outcome({ package: 'pkg:npm/left-pad@1.0.1' })).toBe('deny unused');
    expect(outcome({ package: 'pkg:npm/right-pad' })).toBe('deny unused');
    expect(outcome({ package: 'not a purl' })).toBe('deny unused');
    expect(outcome({ subject: IMAGE })).toBe('allow applied');
    expect(outcome({ subject: digestOf('other') })).toBe('deny unused');
    const { purl: _, ...withoutPurl } = finding();
    const verdict = judge(deny, { findings: [withoutPurl], exceptions: [exception({ package: 'pkg:npm/left-pad' })] });
    expect(verdict.outcome).toBe('deny');
  });

  test('an expired one is named in reason and trace', () => {
    const verdict = judge(deny, { findings: [finding()], exceptions: [exception()], at: '2026-08-01T00:00:00.000Z' });
    expect(verdict.reasons[0]?.sentence).toBe('CVE-2026-1 (exception EX-1 expired at 2026-07-01T00:00:00.000Z)');
    expect(verdict.trace[0]?.exception).toEqual({ id: 'EX-1', state: 'expired' });
  });

  test('one in force wins over an expired one of a lower id', () => {
    const expired = exception({ id: 'EX-0', expiresAt: '2026-05-02T00:00:00.000Z' });
    const verdict = judge(deny, { findings: [finding()], exceptions: [expired, exception()] });
    expect(verdict.exceptions.map(({ id, state }) => `${id} ${state}`)).toEqual(['EX-0 expired', 'EX-1 applied']);
    expect(verdict.counts['excepted']).toBe(1);
  });

  test('do not lift rules that refuse them', () => {
    const strict = packOf([{ when: 'true', action: 'deny', exceptable: false }]);
    const verdict = judge(strict, { findings: [finding()], exceptions: [exception()] });
    expect([verdict.outcome, verdict.exceptions[0]?.state]).toEqual(['deny', 'unused']);
  });

  test('lift defaults on findings, never gaps', () => {
    const strict = packOf([{ when: 'false', action: 'deny' }], {}, { finding: 'deny' });
    expect(judge(strict, { findings: [finding()], exceptions: [exception()] }).outcome).toBe('allow');
    const gaps: Gap[] = [{ code: 'CVE-2026-1', detail: 'd' }];
    expect(judge(strict, { gaps, exceptions: [exception()] }).outcome).toBe('deny');
  });
});

describe('the verdict explains itself', () => {
  const pack = packOf(
    [{ ...DENY_BY_SCORE, message: '{finding.package} {finding.fixedVersions}: {{{params.threshold}}}' }],
    { threshold: 7 },
  );

  test('reason, fix and the values that were read', () => {
    const verdict = judge(pack, { findings: [finding({ fixedVersions: ['1.0.1', '2.0.0'] })] });
    expect(verdict.reasons).toEqual([
      {
        code: 'CODE_0',
        rule: 'rule-0',
        action: 'deny',
        sentence: 'left-pad 1.0.1, 2.0.0: {7}',
        fix: 'upgrade left-pad to 1.0.1',
        finding: { vulnerability: 'CVE-2026-1', component: 'pkg:npm/left-pad@1.0.0' },
      },
    ]);
    expect(verdict.trace).toEqual([
      {
        rule: 'rule-0',
        on: 'finding',
        target: 'CVE-2026-1 in pkg:npm/left-pad@1.0.0',
        action: 'deny',
        values: { 'finding.severity.score': 7.5, 'params.threshold': 7 },
      },
    ]);
  });

  test('rows that a default allows leave no trace, only a count', () => {
    const verdict = judge(pack, { findings: [finding({ severity: { level: 'low', score: 1 } })] });
    expect([verdict.trace, verdict.reasons, verdict.counts['allow']]).toEqual([[], [], 1]);
  });

  test('it carries parameters, defaults and rules of the pack, with its digest', () => {
    const { policy } = judge(pack, {});
    expect(policy).toMatchObject({ name: 'test', params: { threshold: 7 }, defaults: DEFAULTS, digest: pack.digest });
    expect(policy.rules).toEqual([
      {
        id: 'rule-0',
        on: 'finding',
        when: DENY_BY_SCORE.when,
        action: 'deny',
        code: 'CODE_0',
        exceptable: true,
        states: ['affected'],
      },
    ]);
  });

  test('the order of the evidence does not show', () => {
    const findings = ['a', 'b', 'c', 'd'].map((name) => finding({ component: `pkg:npm/${name}@1`, package: name }));
    const gaps = ['G1', 'G2'].map((code): Gap => ({ code, detail: code }));
    const forwards = canonicalJson(judge(pack, { findings, gaps }));
    expect(canonicalJson(judge(pack, { findings: findings.toReversed(), gaps: gaps.toReversed() }))).toBe(forwards);
  });

  test('what is stored reads back', () => {
    const verdict = judge(pack, { findings: [finding(), finding({ severity: { level: 'unknown' } })] });
    expect(canonicalJson(parseVerdict(canonicalBytes(verdict), 'verdict.json'))).toBe(canonicalJson(verdict));
    const changed = canonicalBytes({ ...verdict, outcome: 'maybe' });
    expect(() => parseVerdict(changed, 'verdict.json')).toThrow(expect.objectContaining({ code: 'SHAPE_INVALID' }));
  });

  test('allowed, pending, denied and excepted findings add up', () => {
    const findings = [
      finding(),
      finding({ severity: { level: 'unknown' } }),
      finding({ severity: { level: 'low', score: 1 } }),
    ];
    const { counts } = judge(pack, { findings });
    expect(counts).toMatchObject({
      findings: 3,
      allow: 1,
      pending: 1,
      deny: 1,
      excepted: 0,
      high: 1,
      unknown: 1,
      low: 1,
    });
  });
});
