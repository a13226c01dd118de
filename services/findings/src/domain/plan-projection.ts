import type { SeverityLevel } from '@stella-ops/engine-advisories';
import type { SeenFinding, Status } from './seen-finding.ts';

/** A finding as it is kept, in what a new decision is compared with. */
export interface KnownFinding {
  readonly id: string;
  readonly identity: string;
  readonly vulnerability: string;
  readonly component: string;
  readonly aliases: readonly string[];
  readonly severity: SeverityLevel;
  readonly status: Status;
  readonly vexStatus: string | null;
  readonly verdict: string;
  readonly content: string;
  readonly firstSeenAt: string;
}

export type EntryType =
  | 'finding.discovered'
  | 'finding.status_changed'
  | 'finding.verdict_changed'
  | 'finding.vex_applied'
  | 'finding.resolved';

/** Something that happened to a finding, before it has its place in the chain. */
export interface Occurrence {
  readonly findingId: string;
  readonly vulnerability: string;
  readonly component: string;
  readonly type: EntryType;
  readonly from: Status | null;
  readonly to: Status;
  readonly vexStatus: string | null;
  readonly verdict: string;
}

export interface PlannedFinding extends SeenFinding {
  readonly id: string;
  readonly firstSeenAt: string;
  /** Names that it had and has no longer. */
  readonly staleNames: readonly string[];
}

export interface Tally {
  readonly open: Readonly<Record<SeverityLevel, number>>;
  readonly notAffected: number;
  readonly excepted: number;
  readonly resolved: number;
  readonly notEvaluated: number;
}

/** What a decision changes in what is kept about its image. */
export interface Projection {
  /** New, changed and come back. */
  readonly written: readonly PlannedFinding[];
  /** Ids of those that are gone. */
  readonly resolved: readonly string[];
  readonly occurrences: readonly Occurrence[];
  readonly counts: { readonly discovered: number; readonly changed: number; readonly resolved: number };
  /** All findings of the image, afterwards. */
  readonly tally: Tally;
}

/**
 * Compares what the newest decision saw with what is kept. At most one occurrence a finding, the weightiest:
 * discovered or resolved, then VEX, then status, then verdict.
 *
 * @param at when the decision was made
 * @param newId gives ids to findings never seen before
 */
export function planProjection(
  known: readonly KnownFinding[],
  seen: readonly SeenFinding[],
  at: string,
  newId: () => string,
): Projection {
  const before = new Map(known.map((finding) => [finding.identity, finding]));
  const written: PlannedFinding[] = [];
  const occurrences: Occurrence[] = [];
  const counts = { discovered: 0, changed: 0, resolved: 0 };
  const tally = emptyTally();
  const present = new Set<string>();

  for (const finding of seen) {
    // Two records without a common alias can lead to one name; the first in the document's order speaks.
    if (present.has(finding.identity)) continue;
    present.add(finding.identity);
    count(tally, finding.status, finding.severity);
    const old = before.get(finding.identity);
    if (old?.content === finding.content && old.status !== 'resolved') continue;
    const id = old?.id ?? newId();
    const type = whatHappened(old, finding);
    if (type === 'finding.discovered') counts.discovered++;
    else counts.changed++;
    if (type !== undefined) occurrences.push(occurrence(id, type, old?.status ?? null, finding));
    const names = new Set([finding.vulnerability, ...finding.aliases]);
    written.push({
      ...finding,
      id,
      firstSeenAt: old?.firstSeenAt ?? at,
      staleNames: old?.aliases.filter((name) => !names.has(name)) ?? [],
    });
  }

  const resolved: string[] = [];
  for (const old of known) {
    if (present.has(old.identity)) continue;
    count(tally, 'resolved', old.severity);
    if (old.status === 'resolved') continue;
    counts.resolved++;
    resolved.push(old.id);
    occurrences.push(occurrence(old.id, 'finding.resolved', old.status, { ...old, status: 'resolved' }));
  }
  return { written, resolved, occurrences, counts, tally };
}

function whatHappened(old: KnownFinding | undefined, now: SeenFinding): EntryType | undefined {
  if (old === undefined || old.status === 'resolved') return 'finding.discovered';
  if (now.vexStatus !== null && now.vexStatus !== old.vexStatus) return 'finding.vex_applied';
  if (now.status !== old.status) return 'finding.status_changed';
  // Its fix or severity may have changed all the same: written, and nothing that history tells of.
  return now.verdict === old.verdict ? undefined : 'finding.verdict_changed';
}

function occurrence(
  findingId: string,
  type: EntryType,
  from: Status | null,
  now: Pick<KnownFinding, 'vulnerability' | 'component' | 'status' | 'vexStatus' | 'verdict'>,
): Occurrence {
  const { vulnerability, component, status, vexStatus, verdict } = now;
  return { findingId, vulnerability, component, type, from, to: status, vexStatus, verdict };
}

type Counting = { -readonly [K in keyof Tally]: K extends 'open' ? Record<SeverityLevel, number> : number };

function emptyTally(): Counting {
  const open = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 };
  return { open, notAffected: 0, excepted: 0, resolved: 0, notEvaluated: 0 };
}

function count(tally: Counting, status: Status, severity: SeverityLevel): void {
  switch (status) {
    case 'open':
      tally.open[severity]++;
      return;
    case 'not_affected':
      tally.notAffected++;
      return;
    case 'excepted':
      tally.excepted++;
      return;
    case 'resolved':
      tally.resolved++;
      return;
    case 'not_evaluated':
      tally.notEvaluated++;
  }
}
