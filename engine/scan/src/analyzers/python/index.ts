import type { Component, Relation } from '@stella-ops/engine-inventory';
import { purlFor } from '@stella-ops/engine-versions';
import type { Analyzer, FoundFile } from '../analyzer.ts';
import { normalizeName, parseMetadata, type PythonFacts } from './parse-metadata.ts';

const ENDINGS = [
  '.dist-info/METADATA',
  '.DIST-INFO/METADATA',
  '.egg-info/PKG-INFO',
  '.EGG-INFO/PKG-INFO',
  '.egg/EGG-INFO/PKG-INFO',
  '.egg-info',
];
/** Debian's policy: this directory is dpkg's alone, pip installs elsewhere. */
const DEBIAN_DIRECTORY = 'usr/lib/python3/dist-packages';

/** Installed Python distributions: wheels, and the older eggs in both of their forms. */
export const pythonAnalyzer: Analyzer<PythonFacts> = {
  id: 'python',
  version: 1,
  wants: { suffixes: ENDINGS },
  content: { kind: 'whole', maxBytes: 4 * 1024 * 1024, parse: parseMetadata },
  collect(files, { earlier }) {
    const debs = new Set((earlier.get('dpkg') ?? []).map(({ name }) => name));
    const components: Component[] = [];
    const byDirectory = new Map<string, Map<string, string>>();
    for (const file of files.all) {
      if (file.facts === undefined) continue;
      const ref = purlFor.pypi(file.facts.name, file.facts.version);
      const directory = siteDirectory(file.path);
      components.push(toComponent(file, file.facts, ref, ownerOf(file.facts.name, directory, debs)));
      let refs = byDirectory.get(directory);
      if (refs === undefined) byDirectory.set(directory, (refs = new Map()));
      refs.set(normalizeName(file.facts.name), ref);
    }
    const relations: Relation[] = [];
    for (const { path, facts } of files.all) {
      const refs = byDirectory.get(siteDirectory(path));
      const from = facts && refs?.get(normalizeName(facts.name));
      for (const name of facts?.depends ?? []) {
        const to = refs?.get(name);
        if (from !== undefined && to !== undefined) relations.push({ from, to, kind: 'depends-on' });
      }
    }
    return { components, relations };
  },
};

/** The directory that holds the package: that of the `.dist-info` or `.egg-info` directory or file, or of the `.egg`. */
function siteDirectory(path: string): string {
  const ending = ENDINGS.find((one) => path.endsWith(one)) ?? '';
  return path.split('/').slice(0, -ending.split('/').length).join('/');
}

/** The Debian package that a distribution came with, where its place says so. */
function ownerOf(name: string, directory: string, debs: ReadonlySet<string>): string | undefined {
  if (directory !== DEBIAN_DIRECTORY || debs.size === 0) return undefined;
  const guesses = [`python3-${normalizeName(name)}`, `python3-${normalizeName(name).replace(/^(?:python-|py)/, '')}`];
  const owner = guesses.find((guess) => debs.has(guess));
  return owner === undefined ? 'deb' : `deb:${owner}`;
}

function toComponent(
  file: FoundFile<PythonFacts>,
  facts: PythonFacts,
  ref: string,
  owner: string | undefined,
): Component {
  const isVendored = file.path.includes('/_vendor/');
  return {
    ref,
    kind: 'library',
    type: 'pypi',
    name: facts.name,
    version: facts.version,
    purl: ref,
    ...(facts.licenses !== undefined && { licenses: facts.licenses }),
    locations: [{ path: file.path, ...(file.layer !== undefined && { layer: file.layer }) }],
    // What Debian patched keeps the version of its origin, what another package carries inside itself is not managed by pip.
    evidence: { analyzer: 'python', grade: owner === undefined && !isVendored ? 'exact' : 'derived' },
    properties: { ...(owner !== undefined && { ownedBy: owner }), ...(isVendored && { vendored: 'true' }) },
  };
}
