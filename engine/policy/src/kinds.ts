import type { CoverageRow, Finding } from '@stella-ops/engine-advisories';
import type { Gap, Subject } from '@stella-ops/engine-inventory';
import type { Decider } from './pack.ts';
import type { Defaults, Reason, RuleText } from './types.ts';

/** How a kind of row is named and spoken of. */
export interface Kind<R> {
  readonly on: RuleText['on'];
  /** For the trace: `CVE-2026-1 in pkg:npm/left-pad@1.0.0`. */
  target(row: R): string;
  /** What is the matter, when only a default decided. */
  undecided(row: R): string;
  fix(row: R): string | undefined;
  /** For findings: what a reason speaks of. */
  finding?(row: R): Reason['finding'];
}

export const FINDING_KIND: Kind<Finding> = {
  on: 'finding',
  target: (finding) => `${finding.vulnerability} in ${finding.component}`,
  undecided(finding) {
    const what = `${finding.vulnerability} in ${finding.package} ${finding.installedVersion}`;
    return finding.state === 'affected'
      ? `${what} (severity ${finding.severity.level}) is not decided by any rule`
      : `${what} could not be evaluated`;
  },
  fix({ package: name, fixedVersions: [lowest] }) {
    return lowest === undefined ? undefined : `upgrade ${name} to ${lowest}`;
  },
  finding: ({ vulnerability, component }) => ({ vulnerability, component }),
};

export const GAP_KIND: Kind<Gap> = {
  on: 'gap',
  target: (gap) => (gap.path === undefined ? gap.code : `${gap.code} at ${gap.path}`),
  undecided: (gap) => `the inventory is not complete: ${gap.detail}`,
  fix: () => undefined,
};

export const COVERAGE_KIND: Kind<CoverageRow> = {
  on: 'coverage',
  target: (row) => `${row.ecosystem}: ${row.state}`,
  undecided: (row) => `${row.ecosystem} is not covered: ${row.sentence}`,
  fix: (row) => (row.state === 'no-source' ? `build the advisory index with records for ${row.ecosystem}` : undefined),
};

export const SUBJECT_KIND: Kind<Subject> = {
  on: 'subject',
  target: (subject) => subject.digest ?? subject.name,
  undecided: (subject) => `${subject.name} is not decided by any rule`,
  fix: () => undefined,
};

const DEFAULT_CODES = {
  finding: 'DEFAULT_FINDING',
  unknownSeverity: 'DEFAULT_UNKNOWN_SEVERITY',
  notEvaluated: 'DEFAULT_NOT_EVALUATED',
  gap: 'DEFAULT_GAP',
  coverage: 'DEFAULT_COVERAGE',
} as const;

/** A default as what decides a row, under an id that no rule can have. */
export function defaultDecider<R>(kind: Kind<R>, name: keyof Defaults, defaults: Defaults): Decider<R> {
  const action = defaults[name];
  return {
    id: `default.${name}`,
    action,
    code: DEFAULT_CODES[name],
    exceptable: true,
    reads: new Map(),
    sentence: ({ row }) => `${kind.undecided(row)}; the default of the policy is ${action}`,
  };
}
