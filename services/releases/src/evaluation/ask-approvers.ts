import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import type { Deps } from '../deps.ts';
import type { ApproversFact } from '../domain/facts.ts';
import { approvalFacts } from '../promotion-approvals.ts';
import { approvalsOf } from '../store/approvals.ts';
import { ask, unavailable } from './ask.ts';

/** What approving a promotion needs, in every environment. */
const SCOPE = 'promotion.approve';
/** Ids in one question. */
const MAX_PEOPLE = 100;

/**
 * Who of those whose approval counts so far may approve now. Asked last, so that no answer of the others makes this one
 * old; no question when nobody has approved.
 */
export async function askApprovers(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  signal: AbortSignal,
): Promise<ApproversFact> {
  const approvals = await deps.host.database.withTenant(
    tenantId,
    async (tx) => approvalFacts(await approvalsOf(tx, [promotionId])),
    { isReadOnly: true },
  );
  const people = [...new Set(approvals.map(({ personId }) => personId))];
  const client = deps.host.client(AUTHORITY_ROUTES, { tenantId, service: 'releases', scopes: ['role.read'] });
  const holders = new Set<string>();
  for (let from = 0; from < people.length; from += MAX_PEOPLE) {
    const query = { scope: SCOPE, userId: people.slice(from, from + MAX_PEOPLE) };
    const asked = await ask(signal, async () => (await client.listHolders({ query }, { signal })).body.holders);
    if (!asked.ok) return unavailable('Authority', asked);
    for (const id of asked.value) holders.add(id);
  }
  const mayApprove = approvals.map(({ approvalId, personId }) => [approvalId, holders.has(personId)] as const);
  return { kind: 'known', mayApprove: new Map(mayApprove) };
}
