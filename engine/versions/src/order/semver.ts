import { keyedComparator } from './keyed-comparator.ts';
import { asciiKey, numberKey, releaseKey, restKey } from './sort-key.ts';

/**
 * Semantic Versioning 2.0.0 as npm reads it loosely: a leading `v` or `=`, fewer or more than three numbers, numbers of
 * any size, a pre-release without its hyphen (`1.2.3beta`). Build metadata does not count. Everything else is lowest.
 *
 * Source: semver.org section 11; node-semver "loose".
 */
export const semver = keyedComparator({
  id: 'semver',
  isValid: (version) => LOOSE.test(version.trim()),
  key: (version) => semverKey(LOOSE.exec(version.trim()), version),
});

const LOOSE = /^[v=]*\s*(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+)|([A-Za-z][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.-]*)?$/;

/** Key of a match whose groups are release and, in the second or third, pre-release. Shared by the schemes built on SemVer. */
export function semverKey(match: RegExpExecArray | null, version: string): string {
  if (match === null) return `\0${restKey(version)}`;
  const [, release = '', ...rest] = match;
  return `\x01${releaseKey(release.split('.'))}${preReleaseKey(rest.find((one) => one !== undefined))}`;
}

/** A pre-release is lower than its release; identifiers: numbers by value, below texts; fewer are lower. */
function preReleaseKey(preRelease: string | undefined): string {
  if (preRelease === undefined) return '\x02';
  let key = '\x01';
  for (const identifier of preRelease.split('.')) {
    key += /^\d+$/.test(identifier) ? `\x01${numberKey(identifier)}` : `\x02${asciiKey(identifier)}`;
  }
  return `${key}\0`;
}
