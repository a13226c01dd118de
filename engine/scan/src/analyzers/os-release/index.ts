import type { Distro } from '@stella-ops/engine-inventory';
import type { Analyzer } from '../analyzer.ts';
import { parseDebianVersion, parseLsbRelease, parseOsRelease } from './parse-os-release.ts';

/** In the order in which they are believed: os-release(5) says that the file in /etc goes first. */
const PARSERS: ReadonlyMap<string, (text: string) => Distro | undefined> = new Map([
  ['etc/os-release', parseOsRelease],
  ['usr/lib/os-release', parseOsRelease],
  ['etc/lsb-release', parseLsbRelease],
  ['etc/debian_version', parseDebianVersion],
]);

/** The distribution: without it no advisory of an operating system applies. */
export const osReleaseAnalyzer: Analyzer<Distro> = {
  id: 'os-release',
  version: 1,
  wants: { paths: [...PARSERS.keys()] },
  content: {
    kind: 'whole',
    maxBytes: 64 * 1024,
    parse(bytes, path) {
      // A file that a link of one of these names leads to is, by that name, an os-release file.
      const distro = (PARSERS.get(path) ?? parseOsRelease)(bytes.toString('utf8'));
      return distro === undefined ? {} : { facts: distro };
    },
  },
  collect(files, { subjectKind }) {
    for (const path of PARSERS.keys()) {
      const distro = files.at(path)?.facts;
      if (distro !== undefined) return { distro };
    }
    if (subjectKind !== 'image') return {};
    const detail = 'no os-release file names a distribution, so advisories of operating systems cannot be applied';
    return { gaps: [{ code: 'OS_UNKNOWN', detail }] };
  },
};
