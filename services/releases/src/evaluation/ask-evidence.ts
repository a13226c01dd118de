import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import type { Deps } from '../deps.ts';
import type { EvidenceFact } from '../domain/facts.ts';
import { notePacket } from '../store/decisions.ts';
import { ask, unavailable } from './ask.ts';

/** Whether a decision is sealed. Asked only while no packet was heard of: each reading of evidence is audited. */
export async function askEvidence(
  deps: Deps,
  tenantId: string,
  decisionId: string,
  signal: AbortSignal,
): Promise<EvidenceFact['packet']> {
  const client = deps.host.client(EVIDENCE_ROUTES, { tenantId, service: 'releases', scopes: ['evidence.read'] });
  const found = await ask(signal, async () => {
    const query = { kind: 'decision' as const, subjectId: decisionId, limit: 1 };
    return (await client.listPackets({ query }, { signal })).body.items;
  });
  if (!found.ok) return unavailable('evidence locker', found);
  const packet = found.value.find(({ subjectId }) => subjectId === decisionId);
  if (packet === undefined) return { kind: 'missing' };
  await deps.host.database.withTenant(tenantId, (tx) => notePacket(tx, decisionId, packet.id));
  return { kind: 'sealed', packetId: packet.id };
}
