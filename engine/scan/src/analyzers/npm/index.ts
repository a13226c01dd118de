import type { Component, Relation } from '@stella-ops/engine-inventory';
import { purlFor } from '@stella-ops/engine-versions';
import type { Analyzer, Files, FoundFile } from '../analyzer.ts';
import { isInstalledManifest, lookupDirectories } from './installed-path.ts';
import { type NpmFacts, parseManifest } from './parse-manifest.ts';

const MANIFEST = '/package.json';

/** Packages that npm, pnpm or Yarn put into `node_modules`, npm's own included. */
export const npmAnalyzer: Analyzer<NpmFacts> = {
  id: 'npm',
  version: 1,
  wants: { suffixes: [MANIFEST], linksIn: ['node_modules'] },
  accepts: isInstalledManifest,
  content: { kind: 'whole', maxBytes: 4 * 1024 * 1024, parse: parseManifest },
  collect(files) {
    const components: Component[] = [];
    const refs = new Map<string, string>();
    for (const file of files.all) {
      if (file.facts === undefined) continue;
      const ref = purlFor.npm(file.facts.name, file.facts.version);
      refs.set(file.path.slice(0, -MANIFEST.length), ref);
      components.push(toComponent(file, file.facts, ref));
    }
    return { components, relations: relate(files, refs) };
  },
};

function toComponent({ path, layer }: FoundFile<NpmFacts>, facts: NpmFacts, ref: string): Component {
  return {
    ref,
    kind: 'library',
    type: 'npm',
    name: facts.name,
    version: facts.version,
    purl: ref,
    ...(facts.licenses !== undefined && { licenses: facts.licenses }),
    locations: [{ path, ...(layer !== undefined && { layer }) }],
    evidence: { analyzer: 'npm', grade: 'exact' },
  };
}

/** Dependencies as Node itself would find them, links (pnpm, workspaces) included. */
function relate(files: Files<NpmFacts>, refs: ReadonlyMap<string, string>): Relation[] {
  const relations: Relation[] = [];
  for (const { path, facts } of files.all) {
    const from = refs.get(path.slice(0, -MANIFEST.length));
    if (facts?.depends === undefined || from === undefined) continue;
    const folders = [...lookupDirectories(path.slice(0, -MANIFEST.length))];
    for (const name of facts.depends) {
      for (const folder of folders) {
        const directory = `${folder}/${name}`;
        const to = refs.get(directory) ?? refs.get(files.linkedDirectory(directory) ?? '');
        if (to === undefined) continue;
        relations.push({ from, to, kind: 'depends-on' });
        break;
      }
    }
  }
  return relations;
}
