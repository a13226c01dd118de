import type { Component, Relation } from '@stella-ops/engine-inventory';
import { purlFor } from '@stella-ops/engine-versions';
import type { Analyzer, FoundFile, Parsed, RangeReader } from '../analyzer.ts';
import { findBuildInfo } from './find-build-info.ts';
import { type GoBinaryFacts, type GoModule, parseModules } from './parse-modules.ts';

/** No Go toolchain makes a smaller executable: its runtime alone is larger. */
const SMALLEST_BINARY = 256 * 1024;

/** Go executables for Linux, Windows and macOS, by the build information inside them. */
export const golangAnalyzer: Analyzer<GoBinaryFacts> = {
  id: 'golang',
  version: 1,
  wants: { anyFileFrom: SMALLEST_BINARY },
  content: { kind: 'ranges', probe },
  collect(files) {
    const components: Component[] = [];
    const relations: Relation[] = [];
    for (const file of files.all) {
      if (file.facts === undefined) continue;
      const { main, modules, goVersion, revision } = file.facts;
      const libraries = modules.map((module) => toComponent(file, module, 'library'));
      if (goVersion !== undefined) libraries.push(toComponent(file, { path: 'stdlib', version: goVersion }, 'library'));
      components.push(...libraries);
      if (main === undefined) continue;
      const application = toComponent(file, main, 'application', revision);
      components.push(application);
      for (const { ref } of libraries) relations.push({ from: application.ref, to: ref, kind: 'depends-on' });
    }
    return { components, relations };
  },
};

function* probe(sizeBytes: number): RangeReader<GoBinaryFacts> {
  const info = yield* findBuildInfo(sizeBytes);
  if (info === undefined) return undefined;
  if (info.form === 'inline')
    return { facts: parseModules(info.goVersion, info.modules) } satisfies Parsed<GoBinaryFacts>;
  if (info.form === 'damaged') {
    const detail = 'a Go executable whose build information is cut off: its modules are not known';
    return { problems: [{ code: 'GO_BUILDINFO_UNREADABLE', detail }] };
  }
  const detail = 'a Go executable built before Go 1.18: the list of its modules is not read';
  return { problems: [{ code: 'GO_BUILDINFO_UNSUPPORTED', detail }] };
}

function toComponent(
  { path, layer }: FoundFile<GoBinaryFacts>,
  module: GoModule,
  kind: Component['kind'],
  revision?: string,
): Component {
  const ref = purlFor.golang(module.path, module.version);
  const properties = {
    ...(module.replaces !== undefined && { replaces: module.replaces }),
    ...(revision !== undefined && { revision }),
  };
  return {
    ref,
    kind,
    type: 'golang',
    name: module.path,
    ...(module.version !== undefined && { version: module.version }),
    purl: ref,
    locations: [{ path, ...(layer !== undefined && { layer }) }],
    evidence: { analyzer: 'golang', grade: 'exact' },
    properties,
  };
}
