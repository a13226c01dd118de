import { DriftKind } from '@stella-ops/contracts/deployments';
import { VoidCode } from '@stella-ops/contracts/releases';
import type { MetricCatalogue, Metrics } from '@stella-ops/platform/runtime';

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
  voided: {
    name: 'releases_approvals_voided_total',
    type: 'counter',
    help: 'Approvals that stopped counting, by why (right_lost, duties, changed, blocked, withdrawn)',
    labels: ['code'],
  },
  deployments: {
    name: 'releases_deployments_total',
    type: 'counter',
    help: 'Deployments that came into a final state',
    labels: ['state'],
  },
  leasesLost: {
    name: 'releases_leases_lost_total',
    type: 'counter',
    help: 'Reports of agents that were refused because another lease of the task had begun',
    labels: [],
  },
  drifting: {
    name: 'releases_target_drift_total',
    type: 'counter',
    help: 'Differences between what runs on targets and what was deployed there, as they appeared',
    labels: ['kind'],
  },
  silent: {
    name: 'releases_targets_silent',
    type: 'gauge',
    help: 'Targets that their agents tell nothing of',
    labels: [],
  },
  certificateLeft: {
    name: 'releases_agent_certificate_left_ratio',
    type: 'gauge',
    help: 'What is left of the certificate of an agent that is nearest to its end, as a share of its life: renewed at 0.33, ended at 0',
    labels: [],
  },
} as const satisfies MetricCatalogue;

const ENDS = ['succeeded', 'failed', 'rolled_back', 'cancelled'];

/** What has not happened yet is 0 and not absent: an alarm needs the number that it is compared with. */
export function countFromZero(record: Metrics<typeof RELEASES_METRICS>['record']): void {
  for (const state of ENDS) record.deployments(0, { state });
  for (const kind of DriftKind.options) record.drifting(0, { kind });
  for (const code of VoidCode.options) record.voided(0, { code });
  record.leasesLost(0, {});
}
