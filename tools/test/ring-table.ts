/** The part of Vitest's JSON report that the table needs. */
export interface RunReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export interface RingSummary {
  readonly lines: readonly string[];
  readonly passed: number;
  readonly failed: number;
}

const RINGS: readonly (readonly [string, RegExp])[] = [
  ['unit', /^(engine|contracts|platform|apps|tools)\//],
  ['integration', /^(services|tests\/integration)\//],
  ['conformance', /^tests\/conformance\//],
  ['fuzz', /^tests\/fuzz\//],
  ['e2e', /^tests\/e2e\//],
];

const ON_ENGINE = /^(.*?) \((embedded|PostgreSQL)\) /;

interface OnEngines {
  readonly embedded: number;
  readonly PostgreSQL: number;
}

/** How many tests of each suite ran on each database engine, by file and suite. */
function countEngines(report: RunReport, pathOf: (file: string) => string): ReadonlyMap<string, OnEngines> {
  const suites = new Map<string, OnEngines>();
  for (const file of report.testResults) {
    for (const { fullName, status } of file.assertionResults) {
      const [, suite = '', engine] = ON_ENGINE.exec(fullName) ?? [];
      if (engine === undefined || (status !== 'passed' && status !== 'failed')) continue;
      const key = `${pathOf(file.name)}: ${suite}`;
      const counts = suites.get(key) ?? { embedded: 0, PostgreSQL: 0 };
      suites.set(key, { ...counts, [engine]: counts[engine as keyof OnEngines] + 1 });
    }
  }
  return suites;
}

/**
 * Counts tests per ring. A file that failed to load counts as one failure. In strict mode a skipped test, a ring without tests
 * (of those that have files) and a suite that did not run as many tests on one database engine as on the other are
 * failures, so that a green run cannot hide a missing part.
 */
export function ringTable(
  report: RunReport,
  options: { readonly pathOf: (file: string) => string; readonly isStrict: boolean },
): RingSummary {
  const rows = new Map<string, { files: number; passed: number; failed: number; skipped: number }>();
  const notes: string[] = [];
  for (const file of report.testResults) {
    const path = options.pathOf(file.name);
    const ring = RINGS.find(([, pattern]) => pattern.test(path))?.[0] ?? 'other';
    const row = rows.get(ring) ?? { files: 0, passed: 0, failed: 0, skipped: 0 };
    rows.set(ring, row);
    row.files++;
    if (file.assertionResults.length === 0) {
      row.failed++;
      notes.push(`FAILED ${path}: ${file.message?.split('\n')[0] ?? 'no test in it'}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed') row.passed++;
      else if (test.status === 'failed') {
        row.failed++;
        notes.push(`FAILED ${path}: ${test.fullName}`);
      } else {
        row.skipped++;
        notes.push(`skipped ${path}: ${test.fullName}`);
      }
    }
  }
  let strictFailures = 0;
  if (options.isStrict) {
    for (const [ring, row] of rows) {
      strictFailures += row.skipped;
      if (row.passed + row.failed === 0) {
        strictFailures++;
        notes.push(`FAILED ring ${ring} ran no test`);
      }
    }
  }
  const suites = countEngines(report, options.pathOf);
  if (options.isStrict) {
    for (const [suite, { embedded, PostgreSQL }] of suites) {
      if (embedded === PostgreSQL) continue;
      strictFailures++;
      notes.push(`FAILED ${suite}: ${embedded} tests on the embedded engine, ${PostgreSQL} on PostgreSQL`);
    }
  }
  const onEngine = (engine: keyof OnEngines): number =>
    [...suites.values()].reduce((total, counts) => total + counts[engine], 0);
  const sum = (pick: (row: { files: number; passed: number; failed: number; skipped: number }) => number): number =>
    [...rows.values()].reduce((total, row) => total + pick(row), 0);
  const order = [...RINGS.map(([name]) => name), 'other'].filter((name) => rows.has(name));
  const cells = (name: string, ...numbers: number[]): string =>
    name.padEnd(12) + numbers.map((number) => String(number).padStart(9)).join('');
  return {
    lines: [
      ...notes.sort(),
      ...(notes.length > 0 ? [''] : []),
      `${'ring'.padEnd(12)}${['files', 'passed', 'failed', 'skipped'].map((head) => head.padStart(9)).join('')}`,
      ...order.map((name) => {
        const row = rows.get(name) ?? { files: 0, passed: 0, failed: 0, skipped: 0 };
        return cells(name, row.files, row.passed, row.failed, row.skipped);
      }),
      ...(suites.size === 0
        ? []
        : [
            '',
            `${suites.size} suites on both engines: embedded ${onEngine('embedded')}, PostgreSQL ${onEngine('PostgreSQL')}`,
          ]),
    ],
    passed: sum((row) => row.passed),
    failed: sum((row) => row.failed) + strictFailures,
  };
}
