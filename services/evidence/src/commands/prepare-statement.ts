import { digestOf } from '@stella-ops/engine-kernel';
import type { NewPacket } from '../domain/new-packet.ts';
import type { SealFor, Sealing } from '../sealing.ts';
import { attest } from './attest.ts';

type About = Pick<NewPacket, 'kind' | 'subjectId' | 'state' | 'endedAt' | 'imageDigests' | 'title' | 'predicateType'>;

/** Has a statement about an end signed and logged, and stores the bundle: all of a packet that comes before its row. */
export async function prepareStatement(
  sealing: Sealing,
  to: SealFor,
  about: About,
  statement: Buffer,
): Promise<NewPacket> {
  const seal = await attest(sealing, to, statement);
  const bundle = await sealing.host.objects.tenant(to.tenantId, 'evidence').put(seal.bundle);
  return {
    ...about,
    statementDigest: digestOf(statement),
    bundleDigest: bundle.digest,
    logIndex: seal.logIndex,
    capsuleDigest: null,
    capsuleSizeBytes: null,
  };
}
