import type { Timestamp } from '@stella-ops/engine-kernel';
import type { JudgedDecision } from '../judge/orders.ts';
import type { PolicyParts } from '../parts.ts';
import type { Evidence } from './gather.ts';
import { storedBytes, storedFile } from './stored.ts';
import { parseDigest } from '@stella-ops/engine-kernel';

export interface Judgement {
  readonly tenantId: string;
  readonly evidence: Evidence;
  readonly environment?: string | undefined;
  readonly evaluatedAt: Timestamp;
  /** A pack to try; the evidence's own when left out. */
  readonly source?: Uint8Array;
  readonly wantsDocuments: boolean;
}

/** Lets the judging thread decide. Writes nothing. @throws AppError `EVIDENCE_UNREADABLE`, `JUDGE_STOPPED` */
export async function judgeEvidence(parts: PolicyParts, judgement: Judgement): Promise<JudgedDecision> {
  const { tenantId, evidence, environment, evaluatedAt, source, wantsDocuments } = judgement;
  const { image, snapshots, pack } = evidence;
  const { advisories } = snapshots;
  const policy = source ?? (pack && (await storedBytes(parts, tenantId, 'policies', parseDigest(pack.digest))));
  if (policy === undefined) throw new Error('a judgement needs a pack');
  const [inventory, index] = await Promise.all([
    storedFile(parts, tenantId, 'inventories', image.inventoryDigest),
    storedFile(parts, tenantId, 'advisory-snapshots', advisories.indexDigest),
  ]);
  const startedMs = parts.clock.monotonicMs();
  const decision = await parts.judge.decide(
    {
      tenantId,
      inventory,
      index: { ...index, snapshot: advisories.digest },
      vex: evidence.vexDocuments,
      policy,
      exceptions: evidence.exceptions,
      ...(environment === undefined ? {} : { environment }),
      evaluatedAt,
      wantsDocuments,
    },
    (digests) => Promise.all(digests.map((digest) => storedFile(parts, tenantId, 'vex-documents', digest))),
  );
  parts.record.seconds((parts.clock.monotonicMs() - startedMs) / 1000, {});
  return decision;
}
