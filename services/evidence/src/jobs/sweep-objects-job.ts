import * as z from 'zod';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import { sweepObjects } from '@stella-ops/platform/objects';
import type { SystemClock } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { capsulesOf } from '../store/packets.ts';

const schema = z.strictObject({ day: z.iso.date() });
export type SweepObjects = z.output<typeof schema>;

/**
 * Removes capsules that no packet names: sealing that died half way leaves them. Bundles lie beside receipts that another
 * service names, and stay.
 */
export function sweepObjectsJob({ host, clock }: { host: ServiceHost; clock: SystemClock }): Job<SweepObjects> {
  return defineJob({
    name: 'evidence.sweep-objects',
    schema,
    key: ({ day }) => day,
    attempts: 10,
    backoff: { firstSeconds: 60, longestSeconds: 3600 },
    timeoutMs: 900_000,
    run: async (_, { tenantId, signal }) => {
      const { database } = host;
      const { removed, removedBytes } = await sweepObjects(
        host.objects.tenant(tenantId, 'capsules'),
        (digests) => database.withTenant(tenantId, (tx) => capsulesOf(tx, digests), { isReadOnly: true }),
        { now: clock.now(), signal },
      );
      if (removed === 0) return;
      await database.withTenant(tenantId, (tx) =>
        host.audit(tx, {
          tenantId,
          service: 'evidence',
          action: 'evidence.sweep-objects',
          target: { type: 'objects', id: 'capsules' },
          details: { removed, removedBytes },
        }),
      );
    },
  });
}
