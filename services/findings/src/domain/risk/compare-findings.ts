import type { ChangeCounts, FindingDifference, SeverityCounts } from '@stella-ops/contracts/findings';
import { compareText } from '@stella-ops/engine-kernel';
import type { RiskFinding } from './facts.ts';

export interface FindingChange {
  readonly change: FindingDifference['change'];
  readonly before: RiskFinding | undefined;
  readonly after: RiskFinding | undefined;
  readonly differences: FindingDifference['differences'];
}

/** Open findings by severity that are there after and were not before, and the other way round. */
export interface Moves {
  readonly into: SeverityCounts;
  readonly outOf: SeverityCounts;
}

export interface FindingsComparison {
  /** The worst of them, worst first. */
  readonly worst: readonly FindingChange[];
  /** Of all. */
  readonly counts: ChangeCounts;
  readonly moves: Moves;
}

/** Most differences that are kept of one image, and that one answer lists. */
export const MOST_LISTED = 1000;

export const NO_FINDINGS: SeverityCounts = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 };
const MEMBERS = [
  ['severity', 'severity'],
  ['status', 'status'],
  ['vex', 'vexStatus'],
  ['verdict', 'verdict'],
] as const;

/**
 * What became of the findings of an image in the one that takes its place. A vulnerability that stays in a package is the
 * same finding, whatever version the package has, and under whichever of its names it goes.
 */
export function compareFindings(before: readonly RiskFinding[], after: readonly RiskFinding[]): FindingsComparison {
  const partners = pair(before, after);
  const taken = new Set(partners.values());
  const changes: FindingChange[] = [];
  for (const finding of after) {
    const partner = partners.get(finding);
    if (partner === undefined) {
      changes.push({ change: 'came', before: undefined, after: finding, differences: [] });
      continue;
    }
    const differences = MEMBERS.filter(([, member]) => partner[member] !== finding[member]).map(([name]) => name);
    if (differences.length > 0) changes.push({ change: 'changed', before: partner, after: finding, differences });
  }
  for (const finding of before) {
    if (!taken.has(finding)) changes.push({ change: 'went', before: finding, after: undefined, differences: [] });
  }
  const counts = countChanges(changes);
  return { worst: changes.sort(worstFirst).slice(0, MOST_LISTED), counts, moves: movesOf(changes) };
}

const ORDER: readonly FindingChange['change'][] = ['came', 'changed', 'went'];

/** By severity and score, then what comes before what goes, then by name. */
export function worstFirst(a: FindingChange, b: FindingChange): number {
  const [left, right] = [shownOf(a), shownOf(b)];
  return (
    left.priority - right.priority ||
    ORDER.indexOf(a.change) - ORDER.indexOf(b.change) ||
    compareText(left.vulnerability, right.vulnerability) ||
    compareText(left.component, right.component)
  );
}

/** The finding as it is now, or was last. */
export function shownOf({ before, after }: Pick<FindingChange, 'before' | 'after'>): RiskFinding {
  const finding = after ?? before;
  if (finding === undefined) throw new Error('a difference has a side');
  return finding;
}

export function countChanges(changes: readonly { readonly change: keyof ChangeCounts }[]): ChangeCounts {
  const counts = { came: 0, went: 0, changed: 0 };
  for (const { change } of changes) counts[change]++;
  return counts;
}

function pair(before: readonly RiskFinding[], after: readonly RiskFinding[]): Map<RiskFinding, RiskFinding> {
  const partners = new Map<RiskFinding, RiskFinding>();
  const taken = new Set<RiskFinding>();
  const match = (finding: RiskFinding, index: Index, keys: readonly string[]): void => {
    if (partners.has(finding)) return;
    for (const key of keys) {
      const waiting = index.get(key);
      if (waiting === undefined) continue;
      // What is taken goes for good: however many findings have one name, each is passed over once.
      while (waiting.length > 0 && taken.has(waiting.at(-1) as RiskFinding)) waiting.pop();
      const partner = waiting.pop();
      if (partner === undefined) continue;
      taken.add(partner);
      partners.set(finding, partner);
      return;
    }
  };
  // First what did not change at all: where a package is there in several versions, each keeps its own findings.
  const sameOf = ({ component, vulnerability }: RiskFinding) => [`${component}\0${vulnerability}`];
  const bySame = indexBy(before, sameOf);
  for (const finding of after) match(finding, bySame, sameOf(finding));
  const byName = indexBy(before, namesInPackage);
  for (const finding of after) match(finding, byName, namesInPackage(finding));
  return partners;
}

/** The first of a list stands last: it is taken first. */
type Index = ReadonlyMap<string, RiskFinding[]>;

function indexBy(findings: readonly RiskFinding[], keysOf: (finding: RiskFinding) => readonly string[]): Index {
  const index = new Map<string, RiskFinding[]>();
  for (const finding of findings.toReversed()) {
    for (const key of keysOf(finding)) {
      const others = index.get(key);
      if (others === undefined) index.set(key, [finding]);
      else others.push(finding);
    }
  }
  return index;
}

function namesInPackage({ component, package: name, vulnerability, aliases }: RiskFinding): readonly string[] {
  const where = packageOf(component) ?? `\0${name}`;
  return [vulnerability, ...aliases].map((one) => `${where}\0${one}`);
}

/** A package URL without version and qualifiers; undefined for references of another kind. */
function packageOf(component: string): string | undefined {
  if (!component.startsWith('pkg:')) return undefined;
  const end = component.search(/[?#]/);
  const path = end === -1 ? component : component.slice(0, end);
  const at = path.lastIndexOf('@');
  return at > path.lastIndexOf('/') ? path.slice(0, at) : path;
}

function movesOf(changes: readonly FindingChange[]): Moves {
  const into = { ...NO_FINDINGS };
  const outOf = { ...NO_FINDINGS };
  for (const { before, after } of changes) {
    const was = openSeverity(before);
    const is = openSeverity(after);
    if (was === is) continue;
    if (is !== undefined) into[is]++;
    if (was !== undefined) outOf[was]++;
  }
  return { into, outOf };
}

const openSeverity = (finding: RiskFinding | undefined): keyof SeverityCounts | undefined =>
  finding?.status === 'open' ? finding.severity : undefined;

/** Changes of several images together. */
export function sumCounts(all: readonly ChangeCounts[]): ChangeCounts {
  const sum = { came: 0, went: 0, changed: 0 };
  for (const counts of all) for (const change of ORDER) sum[change] += counts[change];
  return sum;
}

/** Moves of several images together. */
export function sumMoves(all: readonly Moves[]): Moves {
  const sum = { into: { ...NO_FINDINGS }, outOf: { ...NO_FINDINGS } };
  for (const moves of all) {
    for (const level of Object.keys(NO_FINDINGS) as (keyof SeverityCounts)[]) {
      sum.into[level] += moves.into[level];
      sum.outOf[level] += moves.outOf[level];
    }
  }
  return sum;
}
