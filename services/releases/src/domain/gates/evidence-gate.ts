import type { Gate } from '@stella-ops/contracts/releases';
import type { EvidenceFact } from '../facts.ts';
import { gateOf, imageName, unavailableGate } from './gate.ts';

/** What policy decided is signed, logged and stored before anything rests on it. */
export function evidenceGate(at: string, { component, image, decisionId, packet }: EvidenceFact): Gate {
  const about = { name: 'evidence', component, imageDigest: image.digest } as const;
  const subject = imageName(component, image.platform);
  const decision = { kind: 'decision' as const, id: decisionId };
  switch (packet.kind) {
    case 'unavailable':
      return unavailableGate(at, about, packet);
    case 'missing':
      return gateOf(at, {
        ...about,
        state: 'waiting',
        sentence: `The decision on ${subject} is being signed and logged; this gate goes on by itself when that is done.`,
        unblockedBy: 'an operator of this installation, if it lasts',
        evidence: [decision],
      });
    case 'sealed':
      return gateOf(at, {
        ...about,
        state: 'passed',
        sentence: `The decision on ${subject} is signed, logged and stored.`,
        evidence: [decision, { kind: 'packet', id: packet.packetId }],
      });
  }
}
