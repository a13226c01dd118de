/** Part of an OSV ecosystem before its suffix: `Debian` of `Debian:12`. */
export function ecosystemBase(ecosystem: string): string {
  const colon = ecosystem.indexOf(':');
  return colon < 0 ? ecosystem : ecosystem.slice(0, colon);
}

const lower = (name: string): string => name.toLowerCase();

const NORMALISE: ReadonlyMap<string, (name: string) => string> = new Map([
  // PEP 503
  ['PyPI', (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-')],
  ['Packagist', lower],
  ['NuGet', lower],
  ['GitHub Actions', lower],
  ['SwiftURL', (name: string) => name.replace(/^https?:\/\//, '').replace(/\.git$/, '')],
]);

/**
 * A package name as it is looked up. Only what the ecosystem itself treats as equal becomes equal: PyPI by PEP 503,
 * Packagist, NuGet and GitHub Actions without case, SwiftURL without scheme; all others are exact.
 *
 * @param ecosystem OSV ecosystem, with or without suffix
 */
export function normaliseName(ecosystem: string, name: string): string {
  const normalise = NORMALISE.get(ecosystemBase(ecosystem));
  return normalise === undefined ? name : normalise(name);
}
