import type { Release } from '@stella-ops/contracts/releases';

type Known = Pick<Release, 'id' | 'name' | 'version' | 'createdAt'>;

/** In the address: compared with nothing. */
export const NOTHING = 'none';

/** What a release can be compared with: the others of its product, newest first, and nothing. */
export function comparedChoices(releases: readonly Known[], release: Known): { id: string; label: string }[] {
  const others = releases.filter(({ id, name }) => id !== release.id && name === release.name);
  return [
    ...others.map(({ id, name, version }) => ({ id, label: `${name} ${version}` })),
    { id: NOTHING, label: 'nothing' },
  ];
}

/**
 * With which one it is compared.
 *
 * @param asked in the address; what is no choice counts as left out
 * @returns the newest of its product that was made before it, or `NOTHING`
 */
export function comparedWith(releases: readonly Known[], release: Known, asked: string | undefined): string {
  const choices = comparedChoices(releases, release);
  if (asked !== undefined && choices.some(({ id }) => id === asked)) return asked;
  const earlier = releases.filter(
    ({ id, name, createdAt }) => id !== release.id && name === release.name && createdAt <= release.createdAt,
  );
  return earlier.reduce<Known | undefined>(newer, undefined)?.id ?? NOTHING;
}

const newer = (one: Known | undefined, other: Known): Known =>
  one === undefined || other.createdAt > one.createdAt ? other : one;
