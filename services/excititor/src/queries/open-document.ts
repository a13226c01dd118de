import type { Transaction } from 'kysely';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { findDocument } from '../store/documents.ts';

/** A document's bytes as they were received. @throws AppError `NOT_FOUND` */
export async function openDocument(
  { host }: Parts,
  tenantId: string,
  digest: string,
): Promise<AsyncIterable<Uint8Array>> {
  const row = await host.database.withTenant(
    tenantId,
    (tx: Transaction<unknown>) => findDocument(tx, tenantId, digest),
    { isReadOnly: true },
  );
  if (row === undefined) throw fail('NOT_FOUND', 'there is no VEX document with this digest');
  const content = await host.objects.tenant(tenantId, 'vex-documents').open(row.digest);
  if (content === undefined) throw new Error(`the object of document ${row.digest} is gone`);
  return content;
}
