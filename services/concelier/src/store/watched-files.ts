import { digestOf } from '@stella-ops/engine-kernel';
import { sql, type Transaction } from 'kysely';

export interface WatchedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly contentDigest: string;
  readonly fault: string | null;
}

export async function findWatchedFile(
  tx: Transaction<unknown>,
  tenantId: string,
  path: string,
): Promise<WatchedFile | undefined> {
  const { rows } = await sql<{ size_bytes: bigint; modified_ms: number; content_digest: string; fault: string | null }>`
    select size_bytes, modified_ms, content_digest, fault from concelier.watched_file
    where tenant_id = ${tenantId} and path_digest = ${digestOf(path)}`.execute(tx);
  const [row] = rows;
  return row === undefined
    ? undefined
    : {
        path,
        sizeBytes: Number(row.size_bytes),
        modifiedMs: row.modified_ms,
        contentDigest: row.content_digest,
        fault: row.fault,
      };
}

export async function putWatchedFile(tx: Transaction<unknown>, tenantId: string, file: WatchedFile): Promise<void> {
  await sql`
    insert into concelier.watched_file
      (tenant_id, path_digest, path, size_bytes, modified_ms, content_digest, fault)
    values (${tenantId}, ${digestOf(file.path)}, ${file.path}, ${file.sizeBytes}, ${file.modifiedMs},
            ${file.contentDigest}, ${file.fault})
    on conflict (tenant_id, path_digest) do update
      set size_bytes = excluded.size_bytes, modified_ms = excluded.modified_ms,
          content_digest = excluded.content_digest, fault = excluded.fault`.execute(tx);
}
