// `npm run build [-- FOLDER]`: the command line as it ships, in dist/cli or FOLDER: one bundle with a part for each
// command, and the launcher. Without FOLDER also the agent, dist/agent/stella-agent.mjs.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { buildAgent } from './build/agent.ts';
import { noticeFile } from './generate/notice.ts';

const root = join(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(root, 'dist', 'cli'));

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'bin'), { recursive: true });
const result = await build({
  entryPoints: [join(root, 'apps', 'cli', 'src', 'main.ts')],
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // A command loads its own part and what it shares with others; the rest stays on disk.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'linked',
  // CommonJS packages inside ask for `require` of built-in modules.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
copyFileSync(join(root, 'apps', 'cli', 'bin', 'stella'), join(out, 'bin', 'stella'));
copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
writeFileSync(join(out, 'NOTICE.md'), noticeFile());
const sizes = Object.values(result.metafile.outputs).map((output) => output.bytes);
console.log(`${out}: ${sizes.length} files, ${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024)} kB`);

if (process.argv[2] === undefined) {
  const agent = join(root, 'dist', 'agent', 'stella-agent.mjs');
  console.log(`${agent}: ${Math.round((await buildAgent(agent)) / 1024)} kB`);
}
