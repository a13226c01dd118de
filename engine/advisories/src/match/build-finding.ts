import { sortedBy, sortedUnique } from '@stella-ops/engine-kernel';
import type { AdvisoryLookup } from '../lookup/advisory-lookup.ts';
import type { Finding } from '../types.ts';
import { fixesAbove } from './decide.ts';
import { preferredName } from './join-aliases.ts';
import type { Match } from './match.ts';
import { severityOf } from './severity-of.ts';
import type { Target } from './target.ts';
import { traceOf } from './trace-of.ts';

/**
 * One finding out of the records that speak of one vulnerability in one component.
 *
 * @param matches at least one
 */
export function buildFinding(target: Target, matches: readonly Match[], lookup: AdvisoryLookup): Finding {
  const { component } = target;
  const affected = matches.filter(({ decision }) => decision.by !== 'not-evaluated');
  const traced = sortedBy(
    matches.map((match) => traceOf(match, target)),
    ({ record }) => record,
    ({ key }) => key,
  );
  const names = sortedUnique(matches.flatMap(({ meta }) => [meta.id, ...meta.names]));
  const vulnerability = preferredName(names);
  const [location] = component.locations;
  return {
    vulnerability,
    aliases: names.filter((name) => name !== vulnerability),
    records: sortedUnique(matches.map(({ meta }) => meta.id)),
    component: component.ref,
    ...(component.purl !== undefined && { purl: component.purl }),
    package: component.name,
    installedVersion: component.version ?? '',
    fixedVersions: fixedVersions(affected),
    severity: severityOf(matches.flatMap((match) => severitiesOf(match, lookup))),
    ...(location !== undefined && { file: location.path }),
    ...(location?.layer !== undefined && { layer: location.layer }),
    state: affected.length > 0 ? 'affected' : 'not-evaluated',
    reachability: 'unknown',
    grade: isUnsure(target, matches, affected) ? 'low' : component.evidence.grade,
    trace: traced,
  };
}

function severitiesOf({ meta, entry }: Match, lookup: AdvisoryLookup) {
  const numbers = entry.severities.length > 0 ? entry.severities : meta.severities;
  return numbers.map((number) => ({ severity: lookup.severity(number), source: meta.id }));
}

/** All fixes of the records above the installed version, lowest first; versions that are equal once. */
function fixedVersions(affected: readonly Match[]): string[] {
  const comparator = affected[0]?.comparator;
  if (comparator === undefined) return [];
  const fixes = new Set<string>();
  for (const { entry, posting, position } of affected) {
    if (position === undefined) continue;
    for (const place of fixesAbove(entry, position)) fixes.add(posting.versions[place] ?? '');
  }
  return [...fixes]
    .sort((a, b) => comparator.compare(a, b) || (a < b ? -1 : 1))
    .filter((fix, i, all) => i === 0 || comparator.compare(all[i - 1] ?? '', fix) !== 0);
}

/** Whether no decision was reached on versions that all are valid in their ecosystem. */
function isUnsure({ version }: Target, matches: readonly Match[], affected: readonly Match[]): boolean {
  const deciding = affected.length > 0 ? affected : matches;
  return deciding.every(({ comparator, decision, posting }) => {
    if (version === undefined) return true;
    if (comparator === undefined) return false;
    if (!comparator.isValid(version)) return true;
    if (decision.by !== 'range') return false;
    const { introduced, upper } = decision.interval;
    return [introduced, upper].some((place) => place >= 0 && !comparator.isValid(posting.versions[place] ?? ''));
  });
}
