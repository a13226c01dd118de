import type { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { logEntry, logEntryJson } from '@stella-ops/engine-envelope';
import type { Handler } from '@stella-ops/platform/http';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fail } from '../errors.ts';
import type { LogReader } from '../log/log-reader.ts';
import { ownsEntry } from '../store/log-entries.ts';
import { bytesOf } from './bytes-of.ts';

export function getCheckpoint(reader: LogReader): Handler<typeof ATTESTOR_ROUTES.getCheckpoint> {
  return async () => ({ status: 200, body: bytesOf('text/plain', Buffer.from(await reader.checkpoint())) });
}

export function getConsistency(reader: LogReader): Handler<typeof ATTESTOR_ROUTES.getConsistency> {
  return async ({ query }) => {
    const hashes = await reader.consistency(query.from, query.to);
    return { status: 200, body: { hashes: hashes.map((hash) => hash.toString('base64')) } };
  };
}

/** A tenant asks by number for what it had appended. What others had stays in the tiles, where no number is a tenant's. */
export function getEntry({ database }: ServiceHost, reader: LogReader): Handler<typeof ATTESTOR_ROUTES.getEntry> {
  return async ({ params }, { caller: { tenantId } }) => {
    const logIndex = Number(params.logIndex);
    const isOwn = await database.withTenant(tenantId, (tx) => ownsEntry(tx, tenantId, logIndex), { isReadOnly: true });
    const found = isOwn ? await reader.entry(logIndex) : undefined;
    if (found === undefined) throw fail('NOT_FOUND', `there is no log entry ${logIndex}`);
    const { logId } = await reader.identity();
    return { status: 200, body: logEntryJson(logEntry(logId, found.body, found.logged)) };
  };
}
