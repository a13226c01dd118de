import { defineConfig } from 'vitest/config';

// One process, shuffled order, seed printed by the runner (STYLE: tests). A ring is a project; `tools/test.ts` prints the table.
const seed = Number(process.env['STELLA_TEST_SEED'] ?? Date.now() % 1_000_000);

// What is polled for is seen at once where it comes about; only what never does takes the time, on any machine.
const ring = (name: string, include: string[], testTimeout: number) => ({
  extends: true as const,
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: testTimeout,
    expect: { poll: { timeout: Math.min(60_000, testTimeout / 2) } },
  },
});

export default defineConfig({
  test: {
    isolate: false,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { shuffle: { files: true, tests: true }, seed },
    projects: [
      ring(
        'unit',
        [
          'engine/**/src/**/*.test.ts',
          'contracts/**/*.test.ts',
          'platform/**/*.test.ts',
          'apps/**/src/**/*.test.ts',
          'tools/**/*.test.ts',
        ],
        20_000,
      ),
      ring('integration', ['services/**/src/**/*.test.ts', 'tests/integration/**/*.test.ts'], 120_000),
      ring('conformance', ['tests/conformance/**/*.test.ts'], 120_000),
      ring('fuzz', ['tests/fuzz/**/*.test.ts'], 300_000),
      ring('e2e', ['tests/e2e/**/*.test.ts'], 900_000),
    ],
  },
});
