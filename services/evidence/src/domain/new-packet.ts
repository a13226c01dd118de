import type { Timestamp } from '@stella-ops/engine-kernel';
import type { EvidencePacket } from '@stella-ops/contracts/evidence';

/** A packet whose objects are stored, before it has a row: no id and no time yet. */
export type NewPacket = Omit<EvidencePacket, 'id' | 'sealedAt'> & {
  /** What a promotion or deployment came to; empty for decisions. With kind and subject it names a packet. */
  readonly state: string;
  /** When it came to that. */
  readonly endedAt: Timestamp | null;
};
