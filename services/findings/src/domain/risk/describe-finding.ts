import type { FindingDifference } from '@stella-ops/contracts/findings';
import { type FindingChange, shownOf } from './compare-findings.ts';
import type { RiskFinding } from './facts.ts';

/** Why a finding does not count against its image. */
const NOT_COUNTED = {
  not_affected: 'VEX answers it',
  excepted: 'an exception covers it',
  not_evaluated: 'it could not be decided',
  resolved: 'it is gone',
} as const;

const NAMES: Readonly<Record<FindingDifference['differences'][number], string>> = {
  severity: 'severity',
  status: 'status',
  vex: 'VEX',
  verdict: 'policy',
};
const MEMBER = { severity: 'severity', status: 'status', vex: 'vexStatus', verdict: 'verdict' } as const;

/** `CVE-2021-33503 (high, 7.5) in urllib3 1.26.4 comes; fixed in 1.26.5.` */
export function describeFinding({ change, before, after, differences }: FindingChange): string {
  const shown = shownOf({ before, after });
  if (before === undefined || after === undefined) {
    return `${nameOf(shown)} ${change === 'came' ? 'comes' : 'goes'}${before === undefined ? whatOf(shown) : uncounted(shown)}.`;
  }
  const changes = differences.map((name) => {
    const member = MEMBER[name];
    return `${NAMES[name]} ${wordOf(before[member])} → ${wordOf(after[member])}`;
  });
  return `${nameOf(after)}: ${changes.join(', ')}.`;
}

function nameOf({ vulnerability, severity, score, package: name, installedVersion }: RiskFinding): string {
  const rating = score === null ? severity : `${severity}, ${score}`;
  return `${vulnerability} (${rating}) in ${`${name} ${installedVersion}`.trim()}`;
}

function whatOf(finding: RiskFinding): string {
  const [first] = finding.fixedVersions;
  return `${uncounted(finding)}; ${first === undefined ? 'no fix is known' : `fixed in ${first}`}`;
}

const uncounted = ({ status }: RiskFinding): string =>
  status === 'open' ? '' : `, not counted as open: ${NOT_COUNTED[status]}`;

const wordOf = (value: string | null): string => value?.replaceAll('_', ' ') ?? 'none';
