import { type AuditRow, readAuditRows } from '@stella-ops/platform/audit';
import type { ServiceHost } from '@stella-ops/platform/service';

const ENTRIES_AT_ONCE = 500;

/**
 * Entries of a tenant's audit trail in the order of the chain, a page at a time: in constant memory, and without one long
 * transaction. Ends early where entries are missing.
 */
export async function* readTrail(
  { database }: Pick<ServiceHost, 'database'>,
  tenantId: string,
  first: number,
  last: number,
): AsyncGenerator<readonly AuditRow[], void> {
  let after = BigInt(first) - 1n;
  while (after < BigInt(last)) {
    const from = after;
    const rows = await database.withTenant(
      tenantId,
      (tx) => readAuditRows(tx, tenantId, [from, BigInt(last)], ENTRIES_AT_ONCE),
      { isReadOnly: true },
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows;
    after = end.sequence;
  }
}

/** The same as lines: what `entries.jsonl` of a package is. */
export async function* trailLines(...of: Parameters<typeof readTrail>): AsyncGenerator<Buffer, void> {
  for await (const rows of readTrail(...of)) yield linesOf(rows);
}

export const linesOf = (rows: readonly AuditRow[]): Buffer => Buffer.from(rows.map(({ body }) => `${body}\n`).join(''));
