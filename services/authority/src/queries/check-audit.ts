import { CHAIN_START } from '@stella-ops/platform/audit';
import type { Database } from '@stella-ops/platform/database';
import { entryFault } from '../domain/audit-chain.ts';
import { readAuditChain, readAuditHead } from '../store/audit-trail.ts';
import { listTenants } from '../store/tenants.ts';

const ENTRIES_AT_ONCE = 500;
const TENANTS_AT_ONCE = 500;

/** The last entry of a tenant's chain; sequence 0 before the first. */
export interface AuditEnd {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly sequence: number;
  readonly hash: string;
}

export interface AuditCheck {
  /** Up to here the chain holds. */
  readonly entries: number;
  readonly head: string;
  readonly fault: { readonly sequence: number; readonly sentence: string } | null;
}

/** Where the chains of all tenants end now, by name. */
export async function auditEnds(database: Database): Promise<readonly AuditEnd[]> {
  const ends: AuditEnd[] = [];
  for (let after: string | undefined; ;) {
    const name = after;
    const tenants = await database.withRelay((tx) => listTenants(tx, name, TENANTS_AT_ONCE), { isReadOnly: true });
    for (const { id, name: tenantName } of tenants) {
      const head = await database.withTenant(id, (tx) => readAuditHead(tx, id), { isReadOnly: true });
      const { sequence, hash } = head ?? { sequence: 0n, hash: CHAIN_START };
      ends.push({ tenantId: id, tenantName, sequence: Number(sequence), hash });
    }
    if (tenants.length < TENANTS_AT_ONCE) return ends;
    after = tenants.at(-1)?.name;
  }
}

/**
 * Walks the chain of a tenant from its first entry up to the end it has now, a page at a time: in constant memory, and
 * without one long transaction. Entries are only ever added, so what is added meanwhile changes nothing of what is checked.
 *
 * @param known an entry that somebody holds from before: a chain without it was put back or written anew
 */
export async function checkAuditChain(
  database: Database,
  tenantId: string,
  options: {
    readonly signal?: AbortSignal;
    readonly known?: { readonly sequence: number; readonly hash: string };
  } = {},
): Promise<AuditCheck> {
  const { signal, known } = options;
  const head = await database.withTenant(tenantId, (tx) => readAuditHead(tx, tenantId), { isReadOnly: true });
  const end = head?.sequence ?? 0n;
  let before = { tenantId, sequence: 0n, hash: CHAIN_START };
  const answer = (fault: AuditCheck['fault']): AuditCheck => ({
    entries: Number(before.sequence),
    head: before.hash,
    fault,
  });
  while (before.sequence < end) {
    signal?.throwIfAborted();
    const { sequence } = before;
    const rows = await database.withTenant(
      tenantId,
      (tx) => readAuditChain(tx, tenantId, sequence, end, ENTRIES_AT_ONCE),
      { isReadOnly: true },
    );
    if (rows.length === 0) return answer(missing(before.sequence));
    for (const row of rows) {
      const sentence = entryFault(row, before);
      if (sentence !== undefined) return answer({ sequence: Number(before.sequence + 1n), sentence });
      before = { tenantId, sequence: row.sequence, hash: row.hash };
      if (known?.sequence === Number(row.sequence) && known.hash !== row.hash)
        return answer({ sequence: known.sequence, sentence: 'another entry stood here before' });
    }
  }
  if (before.hash !== (head?.hash ?? CHAIN_START))
    return answer({ sequence: Number(end), sentence: 'the end of the chain is not the hash of its last entry' });
  if ((head?.last ?? 0n) > end)
    return answer({ sequence: Number(end) + 1, sentence: 'there are entries behind the end of the chain' });
  if ((known?.sequence ?? 0) > Number(end)) return answer(missing(end));
  return answer(null);
}

const missing = (sequence: bigint) => ({
  sequence: Number(sequence) + 1,
  sentence: `the entry ${sequence + 1n} is missing`,
});
