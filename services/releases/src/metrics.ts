import type { MetricCatalogue } from '@stella-ops/platform/runtime';

export const RELEASES_METRICS = {
  promotions: {
    name: 'releases_promotions_total',
    type: 'counter',
    help: 'Promotions that came into a state',
    labels: ['state'],
  },
  evaluation: {
    name: 'releases_gate_evaluation_seconds',
    type: 'histogram',
    help: 'Time to look at all gates of one promotion, calls of other services included',
    labels: [],
  },
  blocked: {
    name: 'releases_gates_blocked_total',
    type: 'counter',
    help: 'Gates that were found blocked and were not before',
    labels: ['gate'],
  },
} as const satisfies MetricCatalogue;
