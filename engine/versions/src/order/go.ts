import { keyedComparator } from './keyed-comparator.ts';
import { semverKey } from './semver.ts';

/**
 * Go modules, the standard library and toolchains: SemVer with or without `v`; `v1` and `v1.2` are short forms; a
 * pseudo-version is a pre-release; `+incompatible` is build metadata; `go1.21rc2` is 1.21.0-rc.2, and what follows a
 * hyphen or a space in a toolchain's name does not count. `(devel)` and other texts are lowest.
 *
 * Source: go.dev/ref/mod sections "Versions" and "Pseudo-versions"; go.dev/doc/toolchain "Version numbers".
 */
export const go = keyedComparator({
  id: 'go',
  isValid: (version) => read(version) !== null,
  key: (version) => semverKey(read(version), version),
});

const MODULE =
  /^v?(\d+(?:\.\d+){0,2})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const TOOLCHAIN = /^(?:go)?(\d+(?:\.\d+){0,2})(?:(alpha|beta|rc)(\d+))?(?:[- ].*)?$/;

function read(version: string): RegExpExecArray | null {
  const asModule = MODULE.exec(version);
  if (asModule !== null) return asModule;
  const asToolchain = TOOLCHAIN.exec(version);
  if (asToolchain === null) return null;
  const [, release = '', word, number] = asToolchain;
  return MODULE.exec(word === undefined ? release : `${release}-${word}.${number}`);
}
