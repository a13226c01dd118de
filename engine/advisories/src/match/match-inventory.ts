import type { Inventory } from '@stella-ops/engine-inventory';
import { digestOfJson, sortedBy } from '@stella-ops/engine-kernel';
import { comparatorFor } from '@stella-ops/engine-versions';
import type { AdvisoryLookup } from '../lookup/advisory-lookup.ts';
import type { CoverageRow, Finding, Findings } from '../types.ts';
import { buildFinding } from './build-finding.ts';
import { coverageOf } from './coverage.ts';
import { decide, positionOf } from './decide.ts';
import { joinAliases } from './join-aliases.ts';
import type { Match } from './match.ts';
import { nameIn, type Target, targetsOf } from './target.ts';

/**
 * Findings of an inventory against all records of an index (match semantics 1): for each component the records of its
 * package, each decided by ranges and version lists; records that are aliases of each other are one finding; withdrawn
 * records never match; what cannot be decided is a finding `not-evaluated`; and one coverage row per ecosystem.
 *
 * Pure but for reads of the index. Sorted by component, then vulnerability.
 *
 * @throws AppError `INDEX_DAMAGED`
 */
export function matchInventory(inventory: Inventory, index: AdvisoryLookup): Findings {
  const targets = targetsOf(inventory, index.ecosystems.keys());
  return {
    format: 'stella.findings/v1',
    inventory: digestOfJson(inventory),
    snapshot: index.snapshot,
    findings: findingsOf(targets, index),
    coverage: coverageOf(targets, index),
  };
}

/** As {@link matchInventory}, with coverage that was worked out before. */
export function matchWithCoverage(
  inventory: Inventory,
  lookup: AdvisoryLookup,
  coverage: readonly CoverageRow[],
): Findings {
  const targets = targetsOf(inventory, lookup.ecosystems.keys());
  return {
    format: 'stella.findings/v1',
    inventory: digestOfJson(inventory),
    snapshot: lookup.snapshot,
    findings: findingsOf(targets, lookup),
    coverage,
  };
}

function findingsOf(targets: readonly Target[], lookup: AdvisoryLookup): Finding[] {
  const findings = targets.flatMap((target) =>
    joinAliases(matchesOf(target, lookup).map((match) => ({ ...match.meta, match }))).map((group) =>
      buildFinding(
        target,
        group.map(({ match }) => match),
        lookup,
      ),
    ),
  );
  return sortedBy(
    findings,
    ({ component }) => component,
    ({ vulnerability }) => vulnerability,
  );
}

function matchesOf(target: Target, lookup: AdvisoryLookup): Match[] {
  const matches: Match[] = [];
  // A record that speaks of `Debian:12` and of `Debian` is taken at its more specific word.
  const decided = new Set<number>();
  for (const ecosystem of target.ecosystems) {
    if (!lookup.ecosystems.has(ecosystem)) continue;
    const name = nameIn(target, ecosystem);
    const posting = lookup.lookup(ecosystem, name);
    if (posting === undefined) continue;
    const comparator = posting.keys === undefined ? undefined : comparatorFor(ecosystem);
    const position = target.version === undefined ? undefined : positionOf(target.version, posting, comparator);
    for (const entry of posting.entries) {
      if (decided.has(entry.record)) continue;
      decided.add(entry.record);
      const decision = decide(entry, position, comparator !== undefined);
      if (decision.by === 'not-affected') continue;
      const meta = lookup.meta(entry.record);
      matches.push({ meta, ecosystem, name, entry, posting, position, comparator, decision });
    }
  }
  return matches;
}
