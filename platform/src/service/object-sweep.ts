import { collectGarbage } from '@stella-ops/engine-blobs';
import type { Digest, Timestamp } from '@stella-ops/engine-kernel';
import type { Transaction } from 'kysely';
import * as z from 'zod';
import { defineJob, type Job } from '../jobs/index.ts';
import type { ObjectArea } from '../objects/index.ts';
import type { SystemClock } from '../runtime/clock.ts';
import type { ServiceHost } from './host.ts';

const DAY_MS = 86_400_000;
const SCHEMA = z.strictObject({ day: z.iso.date() });
export type ObjectSweep = Job<z.output<typeof SCHEMA>>;

interface Swept {
  readonly host: ServiceHost;
  readonly clock: SystemClock;
  /** Id of the service; the job is `<service>.sweep-objects`. */
  readonly service: string;
  readonly area: ObjectArea;
  /** Which of some digests rows of the tenant name. */
  readonly named: (tx: Transaction<unknown>, digests: readonly Digest[]) => Promise<readonly string[]>;
}

/**
 * Removes objects of a tenant's area that no row names and that were put more than a day ago. Only the service whose rows
 * name all objects of the area may sweep it, and whoever names an object in a row puts it before, even when it is there.
 */
export function objectSweep({ host, clock, service, area, named }: Swept): ObjectSweep {
  const { database, objects } = host;
  const action = `${service}.sweep-objects`;
  return defineJob({
    name: action,
    schema: SCHEMA,
    key: ({ day }) => day,
    attempts: 10,
    backoff: { firstSeconds: 60, longestSeconds: 3600 },
    timeoutMs: 900_000,
    run: async (_, { tenantId, signal }) => {
      const live = (digests: readonly Digest[]) =>
        database.withTenant(tenantId, async (tx) => new Set((await named(tx, digests)) as readonly Digest[]), {
          isReadOnly: true,
        });
      const { removed, removedBytes } = await collectGarbage(objects.tenant(tenantId, area), live, {
        minAgeMs: DAY_MS,
        nowMs: Date.parse(clock.now()),
        signal,
      });
      if (removed === 0) return;
      const target = { type: 'objects', id: area };
      await database.withTenant(tenantId, (tx) =>
        host.audit(tx, { tenantId, service, action, target, details: { removed, removedBytes } }),
      );
    },
  });
}

/**
 * Has what was put on a day swept once all of it is old enough. One sweep a day is enough: the day is its key. Call it with
 * each change that may leave objects behind.
 */
export async function sweepLater<Tables>(
  host: ServiceHost,
  tx: Transaction<Tables>,
  sweep: ObjectSweep,
  tenantId: string,
  now: Timestamp,
): Promise<void> {
  const day = now.slice(0, 10);
  const startAfter = new Date(Date.parse(day) + 2 * DAY_MS).toISOString();
  await host.jobs.enqueue(tx, sweep, tenantId, { day }, { startAfter });
}
