import { createMetrics } from '@stella-ops/platform/runtime';

export const EXCITITOR_METRICS = {
  documents: {
    name: 'excititor_documents_total',
    type: 'counter',
    help: 'Documents of imports, by what became of them: new, known, invalid',
    labels: ['outcome'],
  },
  snapshotTime: {
    name: 'excititor_snapshot_time_seconds',
    type: 'gauge',
    help: 'When the newest snapshot was made, in seconds since 1970: its age is the time now minus this',
    labels: ['tenant'],
  },
} as const;

export type ExcititorMetrics = ReturnType<typeof excititorMetrics>;

export function excititorMetrics() {
  return createMetrics(EXCITITOR_METRICS, { withProcessMetrics: false });
}
