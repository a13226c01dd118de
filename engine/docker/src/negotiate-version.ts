import { fail } from './errors.ts';

/** Highest API version whose answers we know, and the lowest whose paths are the same. */
const NEWEST = [1, 47] as const;
const OLDEST = [1, 24] as const;

/**
 * The API version to speak: the engine's own, or ours when the engine is newer.
 *
 * @param offered the `Api-Version` header of `/_ping`
 * @throws AppError `DOCKER_API_TOO_OLD`, `DOCKER_ANSWER_INVALID` when there is no such header
 */
export function negotiateVersion(offered: string | undefined, host: string): string {
  const parts = /^(\d{1,4})\.(\d{1,4})$/.exec(offered ?? '');
  if (parts === null) {
    throw fail('DOCKER_ANSWER_INVALID', 'the answer to a ping names no API version', { place: { file: host } });
  }
  const theirs = [Number(parts[1]), Number(parts[2])] as const;
  if (isBefore(theirs, OLDEST)) {
    throw fail('DOCKER_API_TOO_OLD', `the engine speaks API ${offered}`, { place: { file: host } });
  }
  const [major, minor] = isBefore(theirs, NEWEST) ? theirs : NEWEST;
  return `${major}.${minor}`;
}

function isBefore(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
