import type { Agent, Target } from '@stella-ops/contracts/deployments';
import type { AgentRow } from './store/agents.ts';
import type { TargetRow } from './store/targets.ts';

/** A target as the API shows it. @param silentSince what was not heard of since then is stale */
export function targetView(row: TargetRow, silentSince: string): Target {
  const { planDigest: _planDigest, seenAt, isStale: _isStale, containers, drift, ...shown } = row;
  return {
    ...shown,
    status: statusOf(seenAt, silentSince),
    lastSeenAt: seenAt,
    containers: containers.map(({ digests: _digests, ...container }) => container),
    drift: drift.map(({ component: _component, ...one }) => one),
  };
}

export function agentView(row: AgentRow, silentSince: string): Agent {
  const { revokedAt, targets, ...shown } = row;
  return {
    ...shown,
    status: revokedAt === null ? statusOf(row.lastSeenAt, silentSince) : 'revoked',
    targets: [...targets],
  };
}

function statusOf(seenAt: string | null, silentSince: string): 'online' | 'stale' | 'never_seen' {
  if (seenAt === null) return 'never_seen';
  return seenAt < silentSince ? 'stale' : 'online';
}
