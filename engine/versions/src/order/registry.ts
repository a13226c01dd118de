import type { Comparator } from '../types.ts';
import { dpkg } from './dpkg.ts';
import { go } from './go.ts';
import { pep440 } from './pep440.ts';
import { semver } from './semver.ts';

/** Comparators by the names under which an ecosystem is met: OSV ecosystem without suffix, purl type, own id. */
const COMPARATORS = new Map<string, Comparator>([
  ['Debian', dpkg],
  ['Ubuntu', dpkg],
  ['deb', dpkg],
  ['dpkg', dpkg],
  ['npm', semver],
  ['semver', semver],
  ['PyPI', pep440],
  ['pypi', pep440],
  ['pep440', pep440],
  ['Go', go],
  ['golang', go],
  ['go', go],
]);

/**
 * The order of an ecosystem's versions, or undefined where there is none yet.
 *
 * @param ecosystem OSV ecosystem with or without suffix (`Debian:12`, `Ubuntu:22.04:LTS`, `PyPI`), purl type (`deb`) or comparator id
 */
export function comparatorFor(ecosystem: string): Comparator | undefined {
  const colon = ecosystem.indexOf(':');
  return COMPARATORS.get(colon === -1 ? ecosystem : ecosystem.slice(0, colon));
}

/** Id of the comparator of an ecosystem, as {@link comparatorFor} finds it. */
export function schemeFor(ecosystem: string): string | undefined {
  return comparatorFor(ecosystem)?.id;
}

/** Ids of all comparators, in order. */
export function comparatorIds(): string[] {
  return [...new Set([...COMPARATORS.values()].map(({ id }) => id))].sort();
}
