import { AuditChain, type AuditRange } from '@stella-ops/engine-capsule';
import { type Digest, digestFrom, newHash } from '@stella-ops/engine-kernel';
import { type AuditRow, readAuditEnd, readAuditRows } from '@stella-ops/platform/audit';
import type { ServiceHost } from '@stella-ops/platform/service';
import { linesOf, readTrail } from './read-trail.ts';

export interface WalkedTrail {
  readonly range: AuditRange;
  /** Of the entries as lines. */
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/**
 * Follows a part of a tenant's chain as it is stored, with what it hangs on at both ends.
 *
 * @returns what it is, or why it does not hold, as a sentence
 */
export async function walkTrail(
  host: Pick<ServiceHost, 'database'>,
  tenantId: string,
  first: number,
  last: number,
  signal: AbortSignal,
): Promise<WalkedTrail | { readonly fault: string }> {
  const chain = new AuditChain();
  const hash = newHash();
  let sizeBytes = 0;
  for await (const rows of readTrail(host, tenantId, first, last)) {
    signal.throwIfAborted();
    for (const row of rows) {
      const fault = chain.accept(Buffer.from(row.body)) ?? storedFault(row, chain.range);
      if (fault !== undefined) return { fault };
    }
    const lines = linesOf(rows);
    hash.update(lines);
    sizeBytes += lines.length;
  }
  const { range } = chain;
  if (range === undefined || range.first !== first) return { fault: `the entry ${first} is missing` };
  if (range.last !== last) return { fault: `the entry ${range.last + 1} is missing` };
  if (range.tenantId !== tenantId) return { fault: `the entry ${first} is of another tenant` };
  const fault = await endsFault(host, range);
  return fault === undefined ? { range, digest: digestFrom(hash), sizeBytes } : { fault };
}

function storedFault(row: AuditRow, range: AuditRange | undefined): string | undefined {
  if (range?.last !== Number(row.sequence)) return `the entry ${row.sequence} names another number`;
  return range.after === row.hash
    ? undefined
    : `the entry ${row.sequence} was changed: its hash is not that of what it says`;
}

/** The part must hang on the entry before it, and be what the end of the chain is the hash of. */
async function endsFault({ database }: Pick<ServiceHost, 'database'>, range: AuditRange): Promise<string | undefined> {
  const { tenantId, first, last } = range;
  const { end, before } = await database.withTenant(
    tenantId,
    async (tx) => ({
      end: await readAuditEnd(tx, tenantId),
      before: await readAuditRows(tx, tenantId, [BigInt(first) - 2n, BigInt(first) - 1n], 1),
    }),
    { isReadOnly: true },
  );
  if (first > 1 && before[0]?.hash !== range.before)
    return `the entry ${first} does not follow the entry ${first - 1}: one of them was changed or replaced`;
  if (end.sequence === BigInt(last) && end.hash !== range.after)
    return 'the end of the chain is not the hash of its last entry';
  return undefined;
}
