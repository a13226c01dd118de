/** What the boundary check knows of one source file. */
export interface SourceFile {
  /** From the repository root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Manifest {
  readonly name: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
  /** For what builds a package and does not ship: files outside `src`. */
  readonly devDependencies?: readonly string[];
}

/** Lower layers know nothing of higher ones (ARCHITECTURE, section 3). Tests and tools stand above everything. */
const LAYERS = ['engine', 'contracts', 'platform', 'services', 'apps'];
const ABOVE_ALL = ['tests', 'tools'];
/** The CLI and the console speak to services over contracts only. */
const NEVER: readonly (readonly [string, string])[] = [
  ['apps/cli', 'services'],
  ['apps/console', 'services'],
  ['apps/console', 'platform'],
];
/** Test files beside the source may use these without declaring them; they never ship. */
const TEST_ONLY = new Set(['vitest', 'fast-check', '@stella-ops/testkit', 'ajv', 'ajv-formats', 'semver']);

const IMPORT =
  /^\s*(?:import|export)\b(?!\s*\()([^'";]*?)\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

interface Import {
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

export function importsOf(text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((found) => ({
    specifier: found[2] ?? found[3] ?? found[4] ?? '',
    isTypeOnly: /^\s*type\b/.test(found[1] ?? ''),
  }));
}

/** Every breach of the import rules, one sentence each, sorted. Pure. */
export function boundaryFaults(files: readonly SourceFile[], manifests: readonly Manifest[]): string[] {
  const faults: string[] = [];
  const packages = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  const edges = new Map<string, Set<string>>();
  const modules = new Map<string, string[]>();

  for (const file of files) {
    const home = manifests
      .filter((one) => one.folder !== '' && file.path.startsWith(`${one.folder}/`))
      .sort((a, b) => b.folder.length - a.folder.length)[0];
    for (const { specifier, isTypeOnly } of importsOf(file.text)) {
      if (specifier.startsWith('node:')) continue;
      if (specifier.startsWith('.')) {
        const target = resolve(file.path, specifier);
        if (home !== undefined && !target.startsWith(`${home.folder}/`)) {
          faults.push(`${file.path}: "${specifier}" reaches outside ${home.folder}; import the package by name`);
        }
        if (!isTypeOnly) modules.set(file.path, [...(modules.get(file.path) ?? []), target]);
        continue;
      }
      const name = packageName(specifier);
      const target = packages.get(name);
      faults.push(...packageFaults(file.path, name, home, target));
      if (home !== undefined && target !== undefined && !isTest(file.path)) {
        edges.set(home.name, (edges.get(home.name) ?? new Set()).add(target.name));
      }
    }
  }
  for (const cycle of cyclesOf(new Map([...edges].map(([from, to]) => [from, [...to]])))) {
    faults.push(`packages import each other: ${cycle.join(' → ')}`);
  }
  for (const cycle of cyclesOf(modules)) faults.push(`files import each other: ${cycle.join(' → ')}`);
  return faults.sort();
}

function packageFaults(path: string, name: string, home: Manifest | undefined, target: Manifest | undefined): string[] {
  const faults: string[] = [];
  const isTestOnly = isTest(path) && TEST_ONLY.has(name);
  const isBuilding = home !== undefined && !path.startsWith(`${home.folder}/src/`);
  const isShipped = !isBuilding && !isTest(path);
  const declared = [...(home?.dependencies ?? []), ...(isShipped ? [] : (home?.devDependencies ?? []))];
  if (home !== undefined && !isTestOnly && !declared.includes(name)) {
    faults.push(`${path}: "${name}" is not declared in ${home.folder}/package.json`);
  }
  if (target === undefined) return faults;
  const from = layerOf(path);
  const to = layerOf(`${target.folder}/`);
  if (!ABOVE_ALL.includes(from) && !isTestOnly) {
    if (LAYERS.indexOf(to) > LAYERS.indexOf(from) || !LAYERS.includes(to)) {
      faults.push(`${path}: ${from} must not import ${to} ("${name}"); imports go downwards only`);
    }
    if (from === 'services' && to === 'services' && home?.name !== name) {
      faults.push(`${path}: a service must not import another ("${name}"); go through contracts`);
    }
  }
  for (const [folder, forbidden] of NEVER) {
    if (path.startsWith(`${folder}/`) && to === forbidden)
      faults.push(`${path}: ${folder} must not import ${forbidden} ("${name}")`);
  }
  return faults;
}

const isTest = (path: string): boolean =>
  /\.test\.tsx?$/.test(path) || path.includes('/testing/') || path.startsWith('tests/');
const layerOf = (path: string): string => path.split('/')[0] ?? '';
const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** One cycle for each group of nodes that reach each other. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const path: string[] = [];
    const visit = (node: string): void => {
      const at = path.indexOf(node);
      if (at !== -1) return void cycles.push([...path.slice(at), node]);
      if (done.has(node)) return;
      path.push(node);
      for (const next of graph.get(node) ?? []) visit(next);
      path.pop();
      done.add(node);
    };
    visit(start);
  }
  return cycles;
}
