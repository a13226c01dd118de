import type { NewPacket } from '../domain/new-packet.ts';
import type { Sealing } from '../sealing.ts';
import { findPacketOf } from '../store/packets.ts';
import { recordPacket } from './record-packet.ts';

/**
 * What jobs do: seals unless it is sealed. Safe to repeat at any point: until the row is there nothing counts, and there is one row.
 *
 * @param prepare signs and stores; undefined when it is not to be sealed
 */
export async function sealLater(
  sealing: Sealing,
  action: string,
  tenantId: string,
  of: Pick<NewPacket, 'kind' | 'subjectId' | 'state'>,
  prepare: () => Promise<NewPacket | undefined>,
): Promise<void> {
  const { host, clock, record } = sealing;
  const startedMs = clock.monotonicMs();
  const sealed = await host.database.withTenant(tenantId, (tx) => findPacketOf(tx, of), { isReadOnly: true });
  if (sealed !== undefined) return;
  const prepared = await prepare();
  if (prepared === undefined) return;
  const isNew = await host.database.withTenant(tenantId, async (tx) => {
    const recorded = await recordPacket(sealing, tx, tenantId, prepared);
    if (!recorded.isNew) return false;
    await host.audit(tx, {
      tenantId,
      service: 'evidence',
      action,
      target: { type: 'evidence-packet', id: recorded.packet.id },
      details: { kind: of.kind, subject: of.subjectId, state: of.state },
    });
    return true;
  });
  if (!isNew) return;
  record.sealed(1, { kind: of.kind });
  record.sealSeconds((clock.monotonicMs() - startedMs) / 1000, { kind: of.kind });
}
