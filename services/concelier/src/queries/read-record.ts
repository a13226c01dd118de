import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import type { Transaction } from 'kysely';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { findObservation } from '../store/observations.ts';

/** A record's bytes as they were received. @throws AppError `NOT_FOUND` */
export async function readRecord({ host }: Parts, tenantId: string, digest: string): Promise<Buffer> {
  const row = await host.database.withTenant(
    tenantId,
    (tx: Transaction<unknown>) => findObservation(tx, tenantId, digest),
    { isReadOnly: true },
  );
  if (row === undefined) throw fail('NOT_FOUND', 'there is no record with this digest');
  const pack = await host.objects.tenant(tenantId, 'advisory-documents').get(row.pack);
  const raw = pack?.subarray(row.pack_offset, row.pack_offset + row.size_bytes);
  // The store vouches for the pack; this vouches for the row's offsets.
  if (raw === undefined || digestOf(raw) !== (digest as Digest)) throw new Error(`the record ${digest} is gone`);
  return raw;
}
