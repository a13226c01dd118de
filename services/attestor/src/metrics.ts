import type { Metrics } from '@stella-ops/platform/runtime';

export const METRICS = {
  appended: { name: 'attestor_log_entries_total', type: 'counter', help: 'Entries appended to the log', labels: [] },
  batchSeconds: {
    name: 'attestor_log_batch_seconds',
    type: 'histogram',
    help: 'Time from taking a batch of entries to the commit of its checkpoint',
    labels: [],
  },
  treeSize: { name: 'attestor_log_tree_size', type: 'gauge', help: 'Entries under the newest checkpoint', labels: [] },
  isForked: {
    name: 'attestor_log_is_forked',
    type: 'gauge',
    help: '1 when the log and its signed state disagree and nothing more is signed',
    labels: [],
  },
} as const;

export type AttestorMetrics = Metrics<typeof METRICS>['record'];
