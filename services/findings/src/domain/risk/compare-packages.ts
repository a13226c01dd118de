import type { ChangeCounts, PackageDifference } from '@stella-ops/contracts/findings';
import { sortedBy, sortedUnique } from '@stella-ops/engine-kernel';
import { countChanges, MOST_LISTED } from './compare-findings.ts';
import type { InstalledPackage } from './read-packages.ts';

export interface PackageChange {
  readonly change: PackageDifference['change'];
  readonly type: string;
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface PackagesComparison {
  /** The first of them. */
  readonly first: readonly PackageChange[];
  /** Of all. */
  readonly counts: ChangeCounts;
}

/**
 * Packages that come, go, or change their version. Where one is there in several versions, those that both sides have stay,
 * the others are paired in order, and what is left comes or goes. By type and name.
 */
export function comparePackages(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
): PackagesComparison {
  const old = versionsByPackage(before);
  const fresh = versionsByPackage(after);
  const changes = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key): PackageChange[] => {
    const left = old.get(key);
    const right = fresh.get(key);
    const { type = '', name = '' } = left?.of ?? right?.of ?? {};
    const gone = sortedUnique(left?.versions ?? []).filter((version) => right?.versions.has(version) !== true);
    const come = sortedUnique(right?.versions ?? []).filter((version) => left?.versions.has(version) !== true);
    return Array.from({ length: Math.max(gone.length, come.length) }, (_, index): PackageChange => {
      const was = gone[index];
      const is = come[index];
      const change = was === undefined ? 'came' : is === undefined ? 'went' : 'changed';
      return { change, type, name, before: was, after: is };
    });
  });
  const inOrder = sortedBy(
    changes,
    ({ type }) => type,
    ({ name }) => name,
    ({ before: was = '' }) => was,
    ({ after: is = '' }) => is,
  );
  return { first: inOrder.slice(0, MOST_LISTED), counts: countChanges(changes) };
}

interface Versions {
  readonly of: InstalledPackage;
  readonly versions: Set<string>;
}

function versionsByPackage(packages: readonly InstalledPackage[]): ReadonlyMap<string, Versions> {
  const all = new Map<string, Versions>();
  for (const one of packages) {
    const key = JSON.stringify([one.type, one.name, one.architecture]);
    const known = all.get(key);
    if (known === undefined) all.set(key, { of: one, versions: new Set([one.version]) });
    else known.versions.add(one.version);
  }
  return all;
}
