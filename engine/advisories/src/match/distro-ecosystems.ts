import type { Distro } from '@stella-ops/engine-inventory';

/** What a component says of its distribution, as far as advisories are kept apart by it. */
export interface Release {
  /** `ID` of os-release(5), lower case. */
  readonly id: string;
  /** `VERSION_ID`, or what stands for it; undefined for rolling distributions. */
  readonly version: string | undefined;
}

/** Testing releases have a code name and no number. */
const DEBIAN_CODENAMES: ReadonlyMap<string, string> = new Map([
  ['stretch', '9'],
  ['buster', '10'],
  ['bullseye', '11'],
  ['bookworm', '12'],
  ['trixie', '13'],
  ['forky', '14'],
]);

export function releaseOf(distro: Distro): Release {
  const version = distro.versionId ?? DEBIAN_CODENAMES.get(distro.codename ?? '');
  return { id: distro.id.toLowerCase(), version };
}

/** The `distro` qualifier of a purl: `debian-12`, `ubuntu-22.04`, `debian-bookworm`; a code name alone is Debian's. */
export function releaseOfQualifier(qualifier: string): Release | undefined {
  const dash = qualifier.lastIndexOf('-');
  const id = (dash < 0 ? qualifier : qualifier.slice(0, dash)).toLowerCase();
  const version = dash < 0 ? undefined : qualifier.slice(dash + 1);
  const codename = DEBIAN_CODENAMES.get(id);
  if (codename !== undefined) return { id: 'debian', version: codename };
  if (id === '') return undefined;
  return { id, version: version === undefined ? undefined : (DEBIAN_CODENAMES.get(version) ?? version) };
}

const numbers = (version: string, count: number): string => version.split('.').slice(0, count).join('.');

/** `ID` → OSV ecosystems that speak of a numbered release, the most specific first. */
const NUMBERED: ReadonlyMap<string, (version: string) => string[]> = new Map([
  ['debian', (version: string) => [`Debian:${numbers(version, 1)}`, 'Debian']],
  // Ubuntu Pro records speak of fixes that only subscribers get, and so not of every installation.
  ['ubuntu', (version: string) => [`Ubuntu:${version}:LTS`, `Ubuntu:${version}`, 'Ubuntu']],
  ['alpine', (version: string) => [`Alpine:v${numbers(version, 2)}`, 'Alpine']],
  ['almalinux', (version: string) => [`AlmaLinux:${numbers(version, 1)}`, 'AlmaLinux']],
  ['rocky', (version: string) => [`Rocky Linux:${numbers(version, 1)}`, 'Rocky Linux']],
  ['mageia', (version: string) => [`Mageia:${numbers(version, 1)}`]],
  ['photon', (version: string) => [`Photon OS:${numbers(version, 2)}`]],
]);

const ROLLING: ReadonlyMap<string, string> = new Map([
  ['wolfi', 'Wolfi'],
  ['chainguard', 'Chainguard'],
  ['minimos', 'MinimOS'],
]);

/** OSV ecosystems of a release, the most specific first; empty when advisories for it are not known. */
export function ecosystemsOfRelease({ id, version }: Release): string[] {
  const rolling = ROLLING.get(id);
  if (rolling !== undefined) return [rolling];
  return version === undefined ? [] : (NUMBERED.get(id)?.(version) ?? []);
}
