import { createMetrics } from '@stella-ops/platform/runtime';

export const CONCELIER_METRICS = {
  records: {
    name: 'concelier_records_total',
    type: 'counter',
    help: 'Records of imports, by what became of them: imported, unchanged, broken',
    labels: ['outcome'],
  },
  snapshotBuild: {
    name: 'concelier_snapshot_build_seconds',
    type: 'histogram',
    help: 'Time to read the current records and to build their index',
    labels: [],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  },
  snapshotTime: {
    name: 'concelier_snapshot_time_seconds',
    type: 'gauge',
    help: 'When the newest snapshot was made, in seconds since 1970: its age is the time now minus this',
    labels: ['tenant'],
  },
  watchFailures: {
    name: 'concelier_watch_failures_total',
    type: 'counter',
    help: 'Files and folders under watch that could not be read or imported',
    labels: [],
  },
} as const;

export type ConcelierMetrics = ReturnType<typeof concelierMetrics>;

export function concelierMetrics() {
  return createMetrics(CONCELIER_METRICS, { withProcessMetrics: false });
}
