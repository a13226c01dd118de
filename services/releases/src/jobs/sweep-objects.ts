import { objectSweep, type ObjectSweep, sweepLater as enqueueSweep } from '@stella-ops/platform/service';
import type { Deps } from '../deps.ts';
import { namedPlans } from '../store/deployments.ts';
import type { Tx } from '../store/tx.ts';

/** Removes templates and plans that no row names: replaced ones, and those of deployments that did not come about. */
export function sweepObjectsJob({ host, clock }: Deps): ObjectSweep {
  return objectSweep({ host, clock, service: 'releases', area: 'plans', named: namedPlans });
}

export function sweepLater({ host, clock, jobs }: Deps, tx: Tx, tenantId: string): Promise<void> {
  return enqueueSweep(host, tx, jobs.sweepObjects, tenantId, clock.now());
}
