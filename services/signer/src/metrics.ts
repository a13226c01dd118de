import type { Metrics } from '@stella-ops/platform/runtime';

export const METRICS = {
  signatures: { name: 'signer_signatures_total', type: 'counter', help: 'Signatures made', labels: [] },
  rotations: { name: 'signer_key_rotations_total', type: 'counter', help: 'Signing keys replaced', labels: [] },
  keyFailures: {
    name: 'signer_key_failures_total',
    type: 'counter',
    help: 'Requests refused because the signing key could not be opened: the master key is wrong or missing',
    labels: [],
  },
} as const;

export type SignerMetrics = Metrics<typeof METRICS>['record'];
