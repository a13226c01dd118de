import { DEPLOYMENTS_EVENTS } from '@stella-ops/contracts/deployments';
import { publishEvent } from '@stella-ops/platform/events';
import type { Deps } from '../deps.ts';
import type { DeploymentState } from '../domain/deployment-states.ts';
import type { DeploymentRow } from '../store/deployments.ts';
import type { TargetRow } from '../store/targets.ts';
import type { Tx } from '../store/tx.ts';

export async function announceDeployment(
  { ids }: Pick<Deps, 'ids'>,
  tx: Tx,
  tenantId: string,
  { id, promotionId, releaseId, environment }: DeploymentRow,
  step: {
    readonly from: DeploymentState | null;
    readonly to: DeploymentState;
    readonly version: number;
    readonly at: string;
  },
): Promise<void> {
  const { at: occurredAt, ...rest } = step;
  await publishEvent(tx, DEPLOYMENTS_EVENTS.deploymentChanged, {
    id: ids.uuid(),
    tenantId,
    occurredAt,
    data: { deploymentId: id, promotionId, releaseId, environment, ...rest },
  });
}

export async function announceTarget(
  { ids }: Pick<Deps, 'ids'>,
  tx: Tx,
  tenantId: string,
  { id, name, environment }: Pick<TargetRow, 'id' | 'name' | 'environment'>,
  drift: number,
  at: string,
): Promise<void> {
  await publishEvent(tx, DEPLOYMENTS_EVENTS.targetChanged, {
    id: ids.uuid(),
    tenantId,
    occurredAt: at,
    data: { targetId: id, name, environment, drift },
  });
}

export async function announceAgent(
  { ids }: Pick<Deps, 'ids'>,
  tx: Tx,
  tenantId: string,
  agent: { readonly id: string; readonly name: string },
  change: 'enrolled' | 'revoked' | 'renewed' | 'lease-lost',
  at: string,
): Promise<void> {
  await publishEvent(tx, DEPLOYMENTS_EVENTS.agentChanged, {
    id: ids.uuid(),
    tenantId,
    occurredAt: at,
    data: { agentId: agent.id, name: agent.name, change },
  });
}
