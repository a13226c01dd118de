import { statfsSync } from 'node:fs';
import { createMetrics, type MetricCatalogue, type Metrics } from '@stella-ops/platform/runtime';

export const DISK_METRICS = {
  free: {
    name: 'server_disk_free_bytes',
    type: 'gauge',
    help: 'Room that is left for the server where its data folder lies',
    labels: [],
  },
  size: {
    name: 'server_disk_size_bytes',
    type: 'gauge',
    help: 'Size of the file system where the data folder lies',
    labels: [],
  },
} as const satisfies MetricCatalogue;

/** @param dataDir must exist when `measure` is called; what cannot be measured keeps its last value */
export function diskMetrics(dataDir: string): {
  readonly metrics: Metrics<typeof DISK_METRICS>;
  measure(): void;
} {
  const metrics = createMetrics(DISK_METRICS, { withProcessMetrics: false });
  return {
    metrics,
    measure: () => {
      try {
        const { bavail, blocks, bsize } = statfsSync(dataDir);
        metrics.record.free(bavail * bsize, {});
        metrics.record.size(blocks * bsize, {});
      } catch {
        // The folder has gone: readiness says so, and /metrics must go on answering.
      }
    },
  };
}
