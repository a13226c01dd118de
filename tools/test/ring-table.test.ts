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
