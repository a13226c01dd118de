import type { Distro } from '@stella-ops/engine-inventory';
import type { Analyzer } from '../analyzer.ts';
import { parseDebianVersion, parseOsRelease } from './parse-os-release.ts';

/** In the order in which they are believed: os-release(5) says that the file in /etc goes first. */
const OS_RELEASE_PATHS = ['etc/os-release', 'usr/lib/os-release'];
const DEBIAN_VERSION_PATH = 'etc/debian_version';

/** The distribution: without it no advisory of an operating system applies. */
export const osReleaseAnalyzer: Analyzer<Distro> = {
  id: 'os-release',
  version: 1,
  wants: { paths: [...OS_RELEASE_PATHS, DEBIAN_VERSION_PATH] },
  content: {
    kind: 'whole',
    maxBytes: 64 * 1024,
    parse(bytes, path) {
      const text = bytes.toString('utf8');
      const distro = path === DEBIAN_VERSION_PATH ? parseDebianVersion(text) : parseOsRelease(text);
      return distro === undefined ? {} : { facts: distro };
    },
  },
  collect(files, { subjectKind }) {
    for (const path of [...OS_RELEASE_PATHS, DEBIAN_VERSION_PATH]) {
      const distro = files.at(path)?.facts;
      if (distro !== undefined) return { distro };
    }
    if (subjectKind !== 'image') return {};
    const detail = 'no os-release file names a distribution, so advisories of operating systems cannot be applied';
    return { gaps: [{ code: 'OS_UNKNOWN', detail }] };
  },
};
