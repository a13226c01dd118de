import { createMetrics, type MetricCatalogue, type Metrics } from '@stella-ops/platform/runtime';

const LONG = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

export const SCANNER_METRICS = {
  attempts: {
    name: 'scanner_scan_attempts_total',
    type: 'counter',
    help: 'Attempts at scans, by how they ended: succeeded, failed, or to be tried again.',
    labels: ['outcome'],
  },
  duration: {
    name: 'scanner_scan_duration_seconds',
    type: 'histogram',
    help: 'Time of one attempt, from its start to its end.',
    labels: ['outcome'],
    buckets: LONG,
  },
  wait: {
    name: 'scanner_scan_wait_seconds',
    type: 'histogram',
    help: 'Time that scans waited in the queue before their first attempt.',
    labels: [],
    buckets: LONG,
  },
  sboms: {
    name: 'scanner_sbom_imports_total',
    type: 'counter',
    help: 'SBOMs that were sent, by whether they were taken.',
    labels: ['outcome'],
  },
} as const satisfies MetricCatalogue;

export const createScannerMetrics = (): Metrics<typeof SCANNER_METRICS> =>
  createMetrics(SCANNER_METRICS, { withProcessMetrics: false });
