import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/**
 * The agent as it ships: one file that Node runs, to be copied to a host.
 *
 * @returns its size in bytes
 */
export async function buildAgent(file: string): Promise<number> {
  mkdirSync(dirname(file), { recursive: true });
  const result = await build({
    entryPoints: [join(root, 'apps', 'agent', 'src', 'main.ts')],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'eof',
    // CommonJS packages inside ask for `require` of built-in modules.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  });
  chmodSync(file, 0o755);
  return Object.values(result.metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}
