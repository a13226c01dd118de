import type { Transaction } from 'kysely';
import { EVIDENCE_EVENTS } from '@stella-ops/contracts/evidence';
import { publishEvent } from '@stella-ops/platform/events';
import { sweepLater } from '@stella-ops/platform/service';
import type { NewPacket } from '../domain/new-packet.ts';
import type { Recorded, Sealing } from '../sealing.ts';
import { findPacketOf, insertPacket } from '../store/packets.ts';

/**
 * Writes the row of a packet and says so, or answers with the one that is there: whoever sealed the same thing first
 * has recorded it.
 */
export async function recordPacket<Tables>(
  { host, clock, ids, sweep }: Sealing,
  tx: Transaction<Tables>,
  tenantId: string,
  prepared: NewPacket,
): Promise<Recorded> {
  const sealedAt = clock.now();
  await sweepLater(host, tx, sweep, tenantId, sealedAt);
  const packet = await insertPacket(tx, tenantId, { ...prepared, id: ids.uuid(), sealedAt });
  if (packet !== undefined) {
    const { kind, subjectId, capsuleDigest, bundleDigest } = packet;
    await publishEvent(tx, EVIDENCE_EVENTS.packetSealed, {
      id: ids.uuid(),
      tenantId,
      occurredAt: sealedAt,
      data: { packetId: packet.id, kind, subjectId, capsuleDigest, endedAt: prepared.endedAt, bundleDigest },
    });
    return { packet, isNew: true };
  }
  const first = await findPacketOf(tx, prepared);
  if (first === undefined) throw new Error('a packet is in the way that cannot be read');
  return { packet: first, isNew: false };
}
