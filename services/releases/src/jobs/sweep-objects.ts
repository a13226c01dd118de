import { defineJob } from '@stella-ops/platform/jobs';
import { sweepObjects, sweepOfDay } from '@stella-ops/platform/objects';
import * as z from 'zod';
import type { Deps, ReleasesJobs } from '../deps.ts';
import { namedPlans } from '../store/deployments.ts';
import type { Tx } from '../store/tx.ts';

/** Removes templates and plans that no row names: replaced ones, and those of deployments that did not come about. */
export function sweepObjectsJob({ host, clock }: Deps): ReleasesJobs['sweepObjects'] {
  return defineJob({
    name: 'releases.sweep-objects',
    schema: z.strictObject({ day: z.iso.date() }),
    key: ({ day }) => day,
    attempts: 10,
    backoff: { firstSeconds: 60, longestSeconds: 3600 },
    timeoutMs: 900_000,
    run: async (_, { tenantId, signal }) => {
      const { database } = host;
      const { removed, removedBytes } = await sweepObjects(
        host.objects.tenant(tenantId, 'plans'),
        (digests) => database.withTenant(tenantId, (tx) => namedPlans(tx, digests), { isReadOnly: true }),
        { now: clock.now(), signal },
      );
      if (removed === 0) return;
      await database.withTenant(tenantId, (tx) =>
        host.audit(tx, {
          tenantId,
          service: 'releases',
          action: 'releases.sweep-objects',
          target: { type: 'objects', id: 'plans' },
          details: { removed, removedBytes },
        }),
      );
    },
  });
}

/** Has what was put today swept once it is old enough. Call it with each change that may leave plans behind. */
export async function sweepLater({ host, clock, jobs }: Deps, tx: Tx, tenantId: string): Promise<void> {
  const { day, startAfter } = sweepOfDay(clock.now());
  await host.jobs.enqueue(tx, jobs.sweepObjects, tenantId, { day }, { startAfter });
}
