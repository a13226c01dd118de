import type { MetricCatalogue } from '@stella-ops/platform/runtime';

export const POLICY_METRICS = {
  decisions: {
    name: 'policy_decisions_total',
    type: 'counter',
    help: 'Decisions recorded',
    labels: ['outcome', 'purpose'],
  },
  seconds: {
    name: 'policy_decision_seconds',
    type: 'histogram',
    help: 'Time from the question to the verdict, waiting for the judging thread included',
    labels: [],
  },
  waiting: {
    name: 'policy_images_waiting',
    type: 'gauge',
    help: 'Images that the present advisories, VEX, policy and exceptions were not yet held against',
    labels: [],
  },
} as const satisfies MetricCatalogue;
