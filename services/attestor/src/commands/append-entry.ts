import type { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { logEntry, logEntryJson } from '@stella-ops/engine-envelope';
import type { Handler } from '@stella-ops/platform/http';
import { readEntryRequest } from '../domain/read-entry-request.ts';
import type { CommandParts } from './attest.ts';

/** Rekor v2 answers a repeated entry with 409; here it is the first entry again, so that a caller may simply repeat. */
export function appendEntry({ record, writer, reader }: CommandParts): Handler<typeof ATTESTOR_ROUTES.appendEntry> {
  return async ({ body }, context) => {
    const request = body.hashedRekordRequestV002;
    const entry = readEntryRequest(request);
    const { logId } = await reader.identity();
    const logged = await writer.append(context.caller.tenantId, entry);
    return record(context, {
      target: { type: 'log-entry', id: String(logged.logIndex) },
      details: { digest: request.digest },
      reply: { status: 201 as const, body: logEntryJson(logEntry(logId, entry, logged)) },
    });
  };
}
