import type { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import type { Reply } from '@stella-ops/contracts';
import { CHAIN_START, type ChainEnd, followChain } from '../domain/ledger-chain.ts';
import type { Parts } from '../parts.ts';
import { chainEnds, ledgerRows } from '../store/ledger.ts';

/** Small enough that hashing one page does not hold up other requests. Pages are ranges: a limit would have to sort. */
const PAGE = 1000n;

/**
 * Checks the tenant's chain from its first entry to the end that it had when this began.
 *
 * @param signal ends it between two pages
 */
export async function verifyLedger(
  { host: { database }, metrics }: Parts,
  tenantId: string,
  signal: AbortSignal,
): Promise<Reply<typeof FINDINGS_ROUTES.verifyLedger>['body']> {
  const { end, lastRow } = await database.withTenant(tenantId, chainEnds, { isReadOnly: true });
  let at: ChainEnd = { sequence: 0n, hash: CHAIN_START };
  const answer = (fault: string | null) => {
    if (fault !== null) metrics.record.ledgerFaults(1, {});
    return { isIntact: fault === null, entries: Number(at.sequence), head: end.hash, fault };
  };
  while (at.sequence < end.sequence) {
    signal.throwIfAborted();
    const from = at.sequence;
    const upTo = from + PAGE < end.sequence ? from + PAGE : end.sequence;
    const rows = await database.withTenant(tenantId, (tx) => ledgerRows(tx, from, upTo), { isReadOnly: true });
    const followed = followChain(tenantId, at, rows);
    at = followed.end;
    if (followed.fault !== undefined) return answer(followed.fault);
    if (at.sequence < upTo) return answer(`entry ${at.sequence + 1n} is missing`);
  }
  if (lastRow > end.sequence) return answer(`entry ${end.sequence + 1n} stands behind the end of the chain`);
  return answer(at.hash === end.hash ? null : 'the last entry is not the one that the end of the chain names');
}
