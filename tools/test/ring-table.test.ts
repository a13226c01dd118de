import { expect, test } from 'vitest';
import { ringTable } from './ring-table.ts';

const file = (name: string, ...statuses: string[]) => ({
  name,
  status: 'x',
  assertionResults: statuses.map((status, index) => ({ status, fullName: `t${index}` })),
});
const options = { pathOf: (path: string) => path, isStrict: false };

test('tests are counted per ring', () => {
  const report = {
    testResults: [file('engine/a/src/x.test.ts', 'passed', 'failed'), file('tests/e2e/y.test.ts', 'passed', 'pending')],
  };
  const summary = ringTable(report, options);
  expect(summary).toMatchObject({ passed: 2, failed: 1 });
  expect(summary.lines.at(-2)).toMatch(/^unit +1 +1 +1 +0$/);
  expect(summary.lines.at(-1)).toMatch(/^e2e +1 +1 +0 +1$/);
});

test('in strict mode a skipped test is a failure, and so is a ring that ran nothing', () => {
  const report = { testResults: [file('tests/e2e/y.test.ts', 'pending')] };
  expect(ringTable(report, options).failed).toBe(0);
  expect(ringTable(report, { ...options, isStrict: true }).failed).toBe(2);
});

test('a file that did not load is a failure', () => {
  expect(ringTable({ testResults: [file('engine/a/src/x.test.ts')] }, options).failed).toBe(1);
});

test('in strict mode a suite that ran less on one database engine is a failure', () => {
  const named = (...fullNames: string[]) => ({
    name: 'tests/integration/jobs.test.ts',
    status: 'x',
    assertionResults: fullNames.map((fullName) => ({ status: 'passed', fullName })),
  });
  const both = named('jobs (embedded) one', 'jobs (PostgreSQL) one', 'alone without an engine');
  expect(ringTable({ testResults: [both] }, { ...options, isStrict: true })).toMatchObject({ passed: 3, failed: 0 });
  expect(ringTable({ testResults: [both] }, options).lines.at(-1)).toBe(
    '1 suites on both engines: embedded 1, PostgreSQL 1',
  );
  const less = named('jobs (embedded) one', 'jobs (embedded) two', 'jobs (PostgreSQL) one');
  expect(ringTable({ testResults: [less] }, options).failed).toBe(0);
  const strict = ringTable({ testResults: [less] }, { ...options, isStrict: true });
  expect(strict.failed).toBe(1);
  expect(strict.lines).toContain(
    'FAILED tests/integration/jobs.test.ts: jobs: 2 tests on the embedded engine, 1 on PostgreSQL',
  );
});
