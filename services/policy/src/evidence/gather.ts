import { Digest as DigestSchema } from '@stella-ops/contracts';
import type { PolicyPack } from '@stella-ops/contracts/policy';
import { decodeUtf8, type Digest, digestOfJson, parseDigest, type Timestamp } from '@stella-ops/engine-kernel';
import type { Exception } from '@stella-ops/engine-policy';
import * as z from 'zod';
import type { JudgedState } from '../domain/judged-state.ts';
import { fail } from '../errors.ts';
import type { PolicyParts } from '../parts.ts';
import { exceptionsFor } from '../store/exceptions.ts';
import { findActivePack } from '../store/packs.ts';
import { readRevision } from '../store/state.ts';
import { type Snapshots, currentSnapshots } from './snapshots.ts';
import { storedBytes } from './stored.ts';

/** Everything that a decision about one image depends on, at one moment. */
export interface Evidence {
  readonly image: { readonly digest: Digest; readonly inventoryDigest: Digest };
  readonly snapshots: Snapshots;
  readonly vexDocuments: readonly Digest[];
  /** `undefined`: the caller brings a pack of their own. */
  readonly pack: PolicyPack | undefined;
  readonly exceptions: readonly Exception[];
  /** Of packs and exceptions when they were read. */
  readonly revision: bigint;
  readonly gatheredAt: Timestamp;
}

export interface Question {
  readonly tenantId: string;
  readonly image: Evidence['image'];
  /** Name of a pack; the tenant's default when left out. */
  readonly policy?: string | undefined;
  readonly bringsPack?: boolean;
  readonly onBehalfOf?: string;
}

const VexSnapshot = z.object({
  format: z.literal('stella.vex-snapshot/v1'),
  documents: z.array(DigestSchema).max(100_000),
});

/** A verdict may say for this long that an exception has run out. */
const ENDED_EXCEPTION_DAYS = 30;

/** @throws AppError `SNAPSHOT_MISSING`, `POLICY_MISSING`, `EVIDENCE_UNREADABLE` */
export async function gather(parts: PolicyParts, question: Question): Promise<Evidence> {
  const { tenantId, image } = question;
  const snapshots = await currentSnapshots(parts, tenantId, question.onBehalfOf);
  const gatheredAt = parts.clock.now();
  const endedSince = daysBefore(gatheredAt, ENDED_EXCEPTION_DAYS);
  const own = await parts.host.database.withTenant(
    tenantId,
    async (tx) => ({
      // First: what changes after this is noticed when the decision is recorded.
      revision: await readRevision(tx, tenantId),
      pack: question.bringsPack === true ? undefined : await findActivePack(tx, tenantId, question.policy),
      exceptions: await exceptionsFor(tx, tenantId, image.digest, endedSince),
    }),
    { isReadOnly: true },
  );
  if (own.pack === undefined && question.bringsPack !== true) {
    const which = question.policy === undefined ? 'policy pack' : `policy pack named "${question.policy}"`;
    throw fail('POLICY_MISSING', `there is no active ${which}`);
  }
  const vexDocuments = snapshots.vex === null ? [] : await documentsOf(parts, question.tenantId, snapshots.vex.digest);
  return { image, snapshots, vexDocuments, gatheredAt, ...own };
}

/** The same as digests: what a later judgement compares itself with. */
export function stateOf({
  image,
  snapshots,
  pack,
  exceptions,
  gatheredAt,
}: Evidence & { readonly pack: PolicyPack }): JudgedState {
  return {
    inventory: image.inventoryDigest,
    advisories: snapshots.advisories.digest,
    vex: snapshots.vex?.digest ?? null,
    policy: pack.digest,
    // An exception runs out without becoming another document.
    exceptions: digestOfJson(exceptions.map((one) => ({ ...one, isOver: one.expiresAt <= gatheredAt }))),
  };
}

async function documentsOf(parts: PolicyParts, tenantId: string, digest: Digest): Promise<readonly Digest[]> {
  const text = decodeUtf8(await storedBytes(parts, tenantId, 'vex-snapshots', digest), 'VEX snapshot');
  const parsed = VexSnapshot.safeParse(JSON.parse(text));
  if (!parsed.success) throw fail('EVIDENCE_UNREADABLE', `VEX snapshot ${digest} is not in form`);
  return parsed.data.documents.map(parseDigest);
}

function daysBefore(at: Timestamp, days: number): Timestamp {
  return new Date(Date.parse(at) - days * 86_400_000).toISOString();
}
