import type { Finding, SeverityLevel } from '@stella-ops/engine-advisories';
import { canonicalJson, type Digest, digestOf, hexOf } from '@stella-ops/engine-kernel';
import type { PolicyAnswer } from './policy-answers.ts';
import { orderKeyOf, priorityOf } from './priority.ts';

export type Status = 'open' | 'not_affected' | 'excepted' | 'resolved' | 'not_evaluated';

/** A finding as one decision saw it. Texts are as the database can hold them. */
export interface SeenFinding {
  /** The same in every decision on the image: hash of vulnerability and component. */
  readonly identity: string;
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly component: string;
  readonly package: string;
  readonly installedVersion: string;
  readonly fixedVersions: readonly string[];
  readonly severity: SeverityLevel;
  readonly score: number | null;
  readonly priority: number;
  readonly orderKey: string;
  readonly status: Exclude<Status, 'resolved'>;
  readonly vexStatus: string | null;
  readonly reachability: Finding['reachability'];
  readonly verdict: PolicyAnswer['verdict'];
  /** Canonical JSON of `FindingBody`. */
  readonly body: string;
  /** Digest of all that is above. */
  readonly content: Digest;
}

/** What only the detail of a finding shows. */
export interface FindingBody {
  readonly matchTrace: readonly unknown[];
  readonly policyTrace: readonly unknown[];
  readonly vex: unknown;
  readonly records: readonly string[];
  readonly file: string | null;
  readonly layer: Digest | null;
}

/** Longest package name kept, and the longest that can be asked for. */
const PACKAGE_UNITS = 300;

export function seenFinding(finding: Finding, answer: PolicyAnswer): SeenFinding {
  const { vulnerability, component, severity, vex } = finding;
  const score = severity.score ?? null;
  const body: FindingBody = {
    matchTrace: finding.trace,
    policyTrace: answer.trace,
    vex: vex ?? null,
    records: finding.records,
    file: finding.file ?? null,
    layer: finding.layer ?? null,
  };
  const seen = {
    identity: hexOf(digestOf(canonicalJson([vulnerability, component]))),
    vulnerability: plain(vulnerability),
    aliases: finding.aliases.map(plain),
    component: plain(component),
    package: plain(finding.package).slice(0, PACKAGE_UNITS).toWellFormed(),
    installedVersion: plain(finding.installedVersion),
    fixedVersions: finding.fixedVersions.map(plain),
    severity: severity.level,
    score,
    priority: priorityOf(severity.level, score),
    orderKey: orderKeyOf(plain(vulnerability), plain(component)),
    status: statusOf(finding, answer),
    vexStatus: vex?.status ?? null,
    reachability: finding.reachability,
    verdict: answer.verdict,
    body: canonicalJson(body),
  } satisfies Omit<SeenFinding, 'content'>;
  return { ...seen, content: digestOf(canonicalJson(seen)) };
}

/** VEX answers before the policy is asked; an exception lifts what the policy would refuse; the rest counts or cannot be told. */
function statusOf({ vex, state }: Finding, { isExcepted }: PolicyAnswer): SeenFinding['status'] {
  if (vex?.status === 'not_affected' || vex?.status === 'fixed') return 'not_affected';
  if (isExcepted) return 'excepted';
  return state === 'not-evaluated' ? 'not_evaluated' : 'open';
}

/** PostgreSQL's text cannot hold U+0000; names of packages come from strangers. */
const plain = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text);
