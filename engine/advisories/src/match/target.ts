import type { Component, Inventory } from '@stella-ops/engine-inventory';
import { compareText } from '@stella-ops/engine-kernel';
import { parsePurl, type Purl, upstreamOf } from '@stella-ops/engine-versions';
import { ecosystemBase, normaliseName } from '../osv/package-name.ts';
import { ecosystemsOfRelease, type Release, releaseOf, releaseOfQualifier } from './distro-ecosystems.ts';

/** Where the records of a component are to be looked for. */
export interface Target {
  readonly component: Component;
  /** Row of the coverage: `deb debian-12`, `npm`. */
  readonly label: string;
  /** OSV ecosystems asked for, with those of other repositories that the snapshot has; the most specific first. */
  readonly ecosystems: readonly string[];
  /** Why there are none. */
  readonly reason?: string;
  /** As the ecosystem's records name packages; normalise before looking it up. */
  readonly name: string;
  readonly version: string | undefined;
}

/** purl type → OSV ecosystem of language packages. */
const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['npm', 'npm'],
  ['pypi', 'PyPI'],
  ['golang', 'Go'],
  ['gem', 'RubyGems'],
  ['cargo', 'crates.io'],
  ['composer', 'Packagist'],
  ['nuget', 'NuGet'],
  ['maven', 'Maven'],
  ['hex', 'Hex'],
  ['pub', 'Pub'],
  ['hackage', 'Hackage'],
  ['cran', 'CRAN'],
  ['bitnami', 'Bitnami'],
  ['julia', 'Julia'],
  ['opam', 'opam'],
  ['swift', 'SwiftURL'],
  ['conan', 'ConanCenter'],
  ['githubactions', 'GitHub Actions'],
]);

const OS_PACKAGES: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm', 'alpm']);

/** Advisories of these name source packages; those of RPM distributions name binary packages. */
const BY_SOURCE: ReadonlySet<string> = new Set(['deb', 'apk']);

/**
 * Targets of all components that advisories could name, in the inventory's order. Operating systems and loose files are
 * no packages and have none.
 *
 * @param known ecosystems of the snapshot
 */
export function targetsOf(inventory: Inventory, known: Iterable<string>): Target[] {
  const byBase = Map.groupBy([...known].sort(compareText), (ecosystem) => ecosystemBase(ecosystem));
  const distro = inventory.distro === undefined ? undefined : releaseOf(inventory.distro);
  return inventory.components
    .filter(({ kind }) => kind !== 'operating-system' && kind !== 'file')
    .map((component) =>
      OS_PACKAGES.has(component.type) ? osTarget(component, distro) : languageTarget(component, byBase),
    );
}

function languageTarget(component: Component, byBase: ReadonlyMap<string, readonly string[]>): Target {
  const { type, version } = component;
  const base = LANGUAGES.get(type);
  const common = { component, label: type, name: languageName(component), version };
  if (base === undefined) {
    return { ...common, ecosystems: [], reason: 'no advisory ecosystem is known for this type' };
  }
  // `Packagist:https://packages.drupal.org/8` is a repository of the same packages, not a release of its own.
  const others = (byBase.get(base) ?? []).filter((ecosystem) => ecosystem !== base);
  return { ...common, ecosystems: [base, ...others] };
}

function languageName({ type, name, purl }: Component): string {
  if (type !== 'maven' || name.includes(':')) return name;
  const parsed = readPurl(purl);
  return parsed?.namespace === undefined ? name : `${parsed.namespace}:${parsed.name}`;
}

function osTarget(component: Component, distro: Release | undefined): Target {
  const { type } = component;
  const purl = readPurl(component.purl);
  const qualifier = purl?.qualifiers?.['distro'];
  const release = (qualifier === undefined ? undefined : releaseOfQualifier(qualifier)) ?? distro;
  const { name, version } = BY_SOURCE.has(type) ? sourceOf(component, purl) : component;
  const common = { component, name, version };
  if (release === undefined) {
    return {
      ...common,
      label: `${type} (unknown distribution)`,
      ecosystems: [],
      reason: 'the distribution is unknown, so its advisories cannot be chosen',
    };
  }
  const label = `${type} ${release.id}${release.version === undefined ? '' : `-${release.version}`}`;
  const ecosystems = ecosystemsOfRelease(release);
  if (ecosystems.length > 0) return { ...common, label, ecosystems };
  return { ...common, label, ecosystems, reason: 'no advisory ecosystem is known for this distribution' };
}

function sourceOf(component: Component, purl: Purl | undefined): { name: string; version: string | undefined } {
  if (component.source !== undefined) return component.source;
  const upstream = purl === undefined ? undefined : upstreamOf(purl);
  if (upstream === undefined) return { name: component.name, version: component.version };
  return { name: upstream.name, version: upstream.version ?? component.version };
}

function readPurl(text: string | undefined): Purl | undefined {
  if (text === undefined) return undefined;
  const parsed = parsePurl(text);
  return parsed.ok ? parsed.purl : undefined;
}

/** Key under which a target's records stand in an ecosystem. */
export const nameIn = (target: Target, ecosystem: string): string => normaliseName(ecosystem, target.name);
