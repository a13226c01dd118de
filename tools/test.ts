// `npm test`: all rings in one run, then a table and, alone on the last line, `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ringTable, type RunReport } from './test/ring-table.ts';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'stella-tests-'));
const report = join(folder, 'report.json');
const seed = process.env['STELLA_TEST_SEED'] ?? String(Date.now() % 1_000_000);
const filters = process.argv.slice(2);

console.log(`test order seed ${seed} (STELLA_TEST_SEED=${seed} repeats it)`);
const run = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, STELLA_TEST_SEED: seed, NO_COLOR: '1' } },
);

const isStrict = process.env['STELLA_TESTS_STRICT'] === '1';
let summary;
try {
  summary = ringTable(JSON.parse(readFileSync(report, 'utf8')) as RunReport, {
    pathOf: (file) => relative(root, file),
    isStrict: isStrict && filters.length === 0,
  });
} catch (error) {
  console.log(`the test runner left no report: ${error instanceof Error ? error.message : String(error)}`);
  summary = { lines: [], passed: 0, failed: 1 };
}
rmSync(folder, { recursive: true, force: true });

// A runner that failed for a reason no test shows (an unhandled rejection, a crash) is one failure more.
const failed = summary.failed === 0 && run.status !== 0 ? 1 : summary.failed;
console.log(`\n${summary.lines.join('\n')}\n\n${summary.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && summary.passed > 0 ? 0 : 1;
