/** One installed package as the lockfile names it. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly isDevelopment: boolean;
}

/** SPDX ids that may ship with, or build, the product. Anything else is a decision, not an accident. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'BUSL-1.1',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]);
/** Copyleft by file, used while building or testing only and never shipped. */
const ALLOWED_IN_DEVELOPMENT = new Set(['MPL-2.0', 'CC-BY-4.0']);

/** Packages whose licence the list does not allow, one sentence each. */
export function licenseFaults(packages: readonly InstalledPackage[]): string[] {
  return packages
    .filter((one) => !isAllowed(one.license, one.isDevelopment))
    .map((one) => `${one.name}@${one.version}: licence "${one.license}" is not on the allow-list`);
}

/** An `OR` needs one allowed side, an `AND` all of them. */
function isAllowed(expression: string, isDevelopment: boolean): boolean {
  const text = expression.replace(/^\(|\)$/g, '').trim();
  if (text.includes(' OR ')) return text.split(' OR ').some((side) => isAllowed(side, isDevelopment));
  if (text.includes(' AND ')) return text.split(' AND ').every((side) => isAllowed(side, isDevelopment));
  return ALLOWED.has(text) || (isDevelopment && ALLOWED_IN_DEVELOPMENT.has(text));
}

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { version?: string; license?: string; dev?: boolean; link?: boolean; optional?: boolean }>
  >;
}

/** Third-party packages of a package-lock.json, sorted by name. */
export function installedPackages(
  lockfile: string,
  licenseOf: (path: string) => string | undefined,
): InstalledPackage[] {
  const { packages } = JSON.parse(lockfile) as Lockfile;
  return Object.entries(packages)
    .filter(([path, entry]) => path.startsWith('node_modules/') && entry.link !== true)
    .map(([path, entry]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version ?? '',
      license: entry.license ?? licenseOf(path) ?? 'none stated',
      isDevelopment: entry.dev === true,
    }))
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}
