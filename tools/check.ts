// `npm run check`: everything that can be said of the tree without running it. Prints each step; exits 1 on any fault.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boundaryFaults, type Manifest, type SourceFile } from './check/boundaries.ts';
import { documentFaults } from './check/documents.ts';
import { installedPackages, licenseFaults } from './check/licenses.ts';
import { staleFiles } from './generate/generated-files.ts';

const root = join(import.meta.dirname, '..');
process.chdir(root);

interface Step {
  readonly name: string;
  run(): string[] | Promise<string[]>;
}

const steps: readonly Step[] = [
  { name: 'format', run: () => tool('prettier', ['--check', '--log-level', 'warn', '.']) },
  { name: 'lint', run: () => tool('oxlint', ['--type-aware', '--deny-warnings', '.']) },
  { name: 'boundaries', run: () => boundaryFaults(texts('*.ts', '*.tsx'), manifests()) },
  {
    name: 'licences',
    run: () => licenseFaults(installedPackages(readFileSync('package-lock.json', 'utf8'), licenseOf)),
  },
  { name: 'lockfile', run: lockfileFaults },
  { name: 'documents', run: () => documentFaults(texts('*.md'), existsSync) },
  { name: 'generated files', run: staleFiles },
  { name: 'types', run: () => tool('tsc', []) },
  // The console sees a browser, not Node.
  { name: 'types of the console', run: () => tool('tsc', ['-p', 'apps/console']) },
];

let failed = 0;
for (const step of steps) {
  const faults = await step.run();
  if (faults.length > 0) failed++;
  console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${step.name}`);
  for (const fault of faults) console.log(`       ${fault}`);
}
console.log(failed === 0 ? 'All checks passed.' : `${failed} of ${steps.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

function tool(name: string, args: readonly string[]): string[] {
  const result = spawnSync(join('node_modules', '.bin', name), args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status === 0) return [];
  return `${result.stdout}\n${result.stderr}\n${result.error?.message ?? ''}`
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function tracked(...patterns: string[]): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...patterns];
  return execFileSync('git', args, { encoding: 'utf8', maxBuffer: 1 << 28 })
    .split('\0')
    .filter(existsSync);
}

function texts(...patterns: string[]): SourceFile[] {
  return tracked(...patterns).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

function manifests(): Manifest[] {
  return tracked('package.json', '*/package.json').map((path) => {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
      name: string;
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    };
    return {
      name: manifest.name,
      folder: path.slice(0, -'/package.json'.length),
      dependencies: Object.keys(manifest.dependencies ?? {}),
      devDependencies: Object.keys(manifest.devDependencies ?? {}),
    };
  });
}

function licenseOf(path: string): string | undefined {
  const file = join(path, 'package.json');
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { license?: string }).license;
}

/** A lockfile must install from any registry: it names packages and hashes, never addresses. */
function lockfileFaults(): string[] {
  const addresses = readFileSync('package-lock.json', 'utf8').match(/"resolved": *"https?:[^"]*"/g) ?? [];
  return addresses.slice(0, 5).map((address) => `package-lock.json records an address: ${address}`);
}
