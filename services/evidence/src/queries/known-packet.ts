import type { EvidencePacket } from '@stella-ops/contracts/evidence';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fail } from '../errors.ts';
import { findPacket } from '../store/packets.ts';

/** @throws AppError `NOT_FOUND`, also for a packet of another tenant */
export async function knownPacket(host: ServiceHost, tenantId: string, packetId: string): Promise<EvidencePacket> {
  const packet = await host.database.withTenant(tenantId, (tx) => findPacket(tx, packetId), { isReadOnly: true });
  if (packet === undefined) throw fail('NOT_FOUND', `there is no evidence packet ${packetId}`);
  return packet;
}
