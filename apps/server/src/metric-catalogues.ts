import { HTTP_METRICS, type MetricCatalogue } from '@stella-ops/platform/runtime';
import { BACKLOG_METRICS } from '@stella-ops/platform/service';
import { DISK_METRICS } from './disk-metrics.ts';
import { SERVICES } from './services.ts';

/** Every metric that a process may tell, beside those of Node.js, by the part that has it. */
export const METRIC_CATALOGUES: readonly { readonly name: string; readonly catalogue: MetricCatalogue }[] = [
  { name: 'server', catalogue: { ...HTTP_METRICS, ...BACKLOG_METRICS, ...DISK_METRICS } },
  ...SERVICES.map(({ id, metrics = {} }) => ({ name: id, catalogue: metrics })),
];
