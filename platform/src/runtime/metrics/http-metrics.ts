import type { ServedRequest } from '../../http/pipeline.ts';
import type { MetricSpec, Metrics } from './metrics.ts';

export const HTTP_METRICS = {
  requests: {
    name: 'http_requests_total',
    type: 'counter',
    help: 'Requests answered, by route, method and status',
    labels: ['route', 'method', 'status'],
  },
  durations: {
    name: 'http_request_duration_seconds',
    type: 'histogram',
    help: 'Time from the request to its answer, by route',
    labels: ['route'],
  },
} as const satisfies Record<string, MetricSpec>;

export function recordServed(metrics: Metrics<typeof HTTP_METRICS>, served: ServedRequest): void {
  const { routeId: route, method, status, durationMs } = served;
  metrics.record.requests(1, { route, method, status: String(status) });
  metrics.record.durations(durationMs / 1000, { route });
}
