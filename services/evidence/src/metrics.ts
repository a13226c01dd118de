import type { MetricCatalogue } from '@stella-ops/platform/runtime';

export const EVIDENCE_METRICS = {
  sealed: {
    name: 'evidence_packets_sealed_total',
    type: 'counter',
    help: 'Evidence packets and exports of the audit trail signed, logged and stored.',
    labels: ['kind'],
  },
  refused: {
    name: 'evidence_seals_refused_total',
    type: 'counter',
    help: 'Decisions and exports of the audit trail that were not sealed, since what is stored does not hold. Anything but 0 is an alarm.',
    labels: ['code'],
  },
  sealSeconds: {
    name: 'evidence_seal_seconds',
    type: 'histogram',
    help: 'Time from beginning to seal until packet or export is stored, with signing and logging.',
    labels: ['kind'],
  },
} as const satisfies MetricCatalogue;
