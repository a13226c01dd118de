import { cleanText } from '../text.ts';

export interface GoModule {
  readonly path: string;
  /** Absent for code that was not fetched as a version: a working copy, a local replacement. */
  readonly version?: string;
  /** What it stands for, where a `replace` directive put it: `path@version`. */
  readonly replaces?: string;
}

export interface GoBinaryFacts {
  /** `1.26.8`, without the `go` that the toolchain writes before it. */
  readonly goVersion?: string;
  readonly main?: GoModule;
  readonly modules: readonly GoModule[];
  /** Commit that the main module was built from. */
  readonly revision?: string;
}

const MAX_MODULES = 20_000;

/** Reads the module text of a Go executable: `runtime/debug.BuildInfo` in the form that `go version -m` prints. */
export function parseModules(goVersion: string, text: string): GoBinaryFacts {
  let main: GoModule | undefined;
  let revision: string | undefined;
  const modules: GoModule[] = [];
  let isMain = false;
  for (const line of text.split('\n')) {
    const [kind, ...columns] = line.split('\t');
    if (kind === 'mod' || kind === 'dep') {
      const module = readModule(columns);
      if (module === undefined || modules.length >= MAX_MODULES) continue;
      isMain = kind === 'mod';
      if (isMain) main = module;
      else modules.push(module);
    } else if (kind === '=>') {
      // Speaks of the module on the line before.
      if (isMain && main !== undefined) main = replace(main, columns);
      else if (modules.length > 0) modules.push(replace(modules.pop() as GoModule, columns));
    } else if (kind === 'build' && columns[0]?.startsWith('vcs.revision=') === true) {
      revision = cleanText(columns[0].slice('vcs.revision='.length), 128);
    }
  }
  const version = /^(?:devel )?go(\d[\w.]{0,40})/.exec(goVersion)?.[1];
  return {
    ...(version !== undefined && { goVersion: version }),
    ...(main !== undefined && { main }),
    modules,
    ...(revision !== undefined && { revision }),
  };
}

function readModule([rawPath, rawVersion]: readonly string[]): GoModule | undefined {
  const path = cleanText(rawPath);
  if (path === undefined || /\s/.test(path)) return undefined;
  const version = cleanText(rawVersion, 256);
  return { path, ...(version !== undefined && version !== '(devel)' && { version }) };
}

function replace(module: GoModule, columns: readonly string[]): GoModule {
  const replaces = module.version === undefined ? module.path : `${module.path}@${module.version}`;
  const by = readModule(columns);
  // A directory on the machine that built it: the path says whose code it is, nothing says which.
  if (by === undefined || /^\.{0,2}\/|^[A-Za-z]:[\\/]/.test(by.path)) return { path: module.path, replaces };
  return { ...by, replaces };
}
