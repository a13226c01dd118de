import type { MetricCatalogue } from '@stella-ops/platform/runtime';

export const FINDINGS_METRICS = {
  projections: {
    name: 'findings_projections_total',
    type: 'counter',
    help: 'Decisions taken up, by outcome: projected, or stale because a newer one was there before',
    labels: ['outcome'],
  },
  projectionSeconds: {
    name: 'findings_projection_seconds',
    type: 'histogram',
    help: 'Time from reading the documents of a decision to its commit',
    labels: [],
  },
  occurrences: {
    name: 'findings_ledger_entries_total',
    type: 'counter',
    help: 'Entries added to ledgers, by type',
    labels: ['type'],
  },
  ledgerFaults: {
    name: 'findings_ledger_faults_total',
    type: 'counter',
    help: 'Checks of a ledger that found it changed',
    labels: [],
  },
} as const satisfies MetricCatalogue;
