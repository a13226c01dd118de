// Builds the console into dist. `node apps/console/build.ts`: when it is stale; with `--watch`: at every change.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { layersInOrder, noCompiledChecks, noInnerHtml, onlyEnglish } from './build/plugins.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '..', '..');

/** Where the built console lies: `index.html`, `assets/` with hashed names and their compressed forms. */
export const CONSOLE_DIST = join(HERE, 'dist');

/** What a build is made of. Contents count, not times: a clone has none that mean anything. */
const SOURCES = [
  'apps/console/src',
  'apps/console/public',
  'apps/console/build',
  'apps/console/build.ts',
  'apps/console/index.html',
  'contracts/src',
  'engine/kernel/src',
  'package-lock.json',
];

interface Built {
  readonly sources: string;
  readonly files: readonly string[];
  /** Gzip bytes of the scripts that the first page waits for. */
  readonly initialScriptBytes: number;
}

/** Whether dist was made of other sources than those that are here now. */
export function isStale(): boolean {
  return readBuilt()?.sources !== sourcesDigest();
}

/** Builds the console unless dist is up to date. Several processes may do it at once: files are put in place whole. */
export async function buildConsole(): Promise<Built> {
  const sources = sourcesDigest();
  const before = readBuilt();
  if (before?.sources === sources) return before;
  const work = join(CONSOLE_DIST, `.work-${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  try {
    const initial = await bundle(work);
    for (const name of readdirSync(join(work, 'assets'))) compress(join(work, 'assets', name));
    const files = readdirSync(join(work, 'assets'));
    mkdirSync(join(CONSOLE_DIST, 'assets'), { recursive: true });
    for (const name of files) renameSync(join(work, 'assets', name), join(CONSOLE_DIST, 'assets', name));
    renameSync(join(work, 'index.html'), join(CONSOLE_DIST, 'index.html'));
    const initialScriptBytes = initial
      .map((name) => gzipSync(readFileSync(join(CONSOLE_DIST, name)), { level: 9 }).length)
      .reduce((sum, bytes) => sum + bytes, 0);
    const built = { sources, files, initialScriptBytes };
    writeFileSync(join(work, 'built.json'), JSON.stringify(built));
    renameSync(join(work, 'built.json'), join(CONSOLE_DIST, 'built.json'));
    // Pages that are open keep the parts of the build they came from; older ones go.
    const kept = new Set([...files, ...(before?.files ?? [])]);
    for (const name of readdirSync(join(CONSOLE_DIST, 'assets'))) {
      if (!kept.has(name)) rmSync(join(CONSOLE_DIST, 'assets', name));
    }
    return built;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @returns paths of the scripts that the page loads before it shows the board */
async function bundle(outDir: string): Promise<string[]> {
  // Loaded here only: a server that finds the console built never needs it.
  const { build } = await import('vite');
  const result = await build({
    root: HERE,
    configFile: false,
    logLevel: 'warn',
    mode: 'production',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [onlyEnglish(), noInnerHtml(), noCompiledChecks(), layersInOrder()],
    // Said outright: a test runner's NODE_ENV would have the development form of elements made.
    oxc: { jsx: { runtime: 'automatic', development: false } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1000,
      // "use client" means nothing where there is no server rendering.
      rolldownOptions: {
        onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
      },
    },
  });
  const output = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
  const chunks = new Map(output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one] as const] : [])));
  const initial = new Set<string>();
  const add = (name: string): void => {
    if (initial.has(name)) return;
    initial.add(name);
    for (const next of chunks.get(name)?.imports ?? []) add(next);
  };
  for (const [name, chunk] of chunks) {
    if (chunk.isEntry || chunk.facadeModuleId?.endsWith('/pages/home/home-page.tsx') === true) add(name);
  }
  return [...initial];
}

function compress(path: string): void {
  const content = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
}

function readBuilt(): Built | undefined {
  const file = join(CONSOLE_DIST, 'built.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Built) : undefined;
}

function sourcesDigest(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(ROOT, source);
    for (const file of filesOf(path)) {
      if (/\.test\.tsx?$/.test(file)) continue;
      hash.update(`${file.slice(ROOT.length)}\0`).update(createHash('sha256').update(readFileSync(file)).digest());
    }
  }
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (/\.(?:ts|json|html)$/.test(path)) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function report(): Promise<void> {
  const startedMs = performance.now();
  const { initialScriptBytes } = await buildConsole();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`console: ${(initialScriptBytes / 1000).toFixed(0)} kB of script (gzip) at first, built in ${seconds} s`);
}

if (import.meta.main) {
  await report();
  if (process.argv.includes('--watch')) {
    let timer: NodeJS.Timeout | undefined;
    for (const folder of ['src', 'public']) {
      watch(join(HERE, folder), { recursive: true }, () => {
        clearTimeout(timer);
        timer = setTimeout(() => void report().catch((error: unknown) => console.error(String(error))), 300);
      });
    }
  }
}
