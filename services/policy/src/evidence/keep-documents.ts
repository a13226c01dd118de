import type { JudgedDecision } from '../judge/orders.ts';
import type { PolicyParts } from '../parts.ts';

/** Stores what a decision names, before the row that names it. Whoever replays it needs nothing else. */
export async function keepDocuments(
  { host }: PolicyParts,
  tenantId: string,
  { documents }: JudgedDecision,
): Promise<void> {
  const store = host.objects.tenant(tenantId, 'decisions');
  await Promise.all(documents.map((bytes) => store.put(bytes)));
}
