import { type AdvisorySnapshot, CONCELIER_EVENTS } from '@stella-ops/contracts/concelier';
import type { Digest } from '@stella-ops/engine-kernel';
import { snapshotDigest } from '@stella-ops/engine-advisories';
import type { Transaction } from 'kysely';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { snapshotOf } from '../domain/wire-rows.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { type FeedRow, findFeed, setSnapshotVersion } from '../store/feed.ts';
import { type CurrentRecord, currentRecords } from '../store/observations.ts';
import { addSnapshot, newestSnapshot, type SnapshotRow } from '../store/snapshots.ts';
import { buildInThread } from '../threads/build-in-thread.ts';
import type { Pack } from '../threads/index-wire.ts';
import type { Commit } from './commit.ts';
import { isUsableIndex } from './is-usable-index.ts';

export interface SnapshotInput {
  readonly tenantId: string;
  readonly commit: Commit;
}

export interface SnapshotReply {
  /** 200: it was there already. */
  readonly status: 200 | 201;
  readonly body: AdvisorySnapshot;
}

const PAGE = 2_000;

/** What is known at one moment. */
interface Known {
  readonly feed: FeedRow;
  readonly newest: SnapshotRow | undefined;
  /** Empty when the newest snapshot stands for this very version. */
  readonly records: readonly CurrentRecord[];
}

/**
 * Freezes the newest version of every record into a snapshot. The index is built between two transactions; the second one
 * makes the snapshot current only if no newer state was frozen meanwhile. A caller who gives up does not end it: when he
 * asks again, it is there.
 *
 * @throws AppError `SNAPSHOT_EMPTY`
 */
export function createSnapshot(parts: Parts, input: SnapshotInput): Promise<SnapshotReply> {
  return parts.builds.take(() => freezeKnown(parts, input));
}

async function freezeKnown(parts: Parts, input: SnapshotInput): Promise<SnapshotReply> {
  const { host, clock, record, workFolder } = parts;
  const { tenantId } = input;
  const startedMs = clock.monotonicMs();
  const known = await readKnown(parts, tenantId);
  const { newest, feed } = known;
  if (newest !== undefined && (await isUnchanged(parts, tenantId, known))) {
    if (feed.version > feed.snapshot_version) {
      await host.database.withTenant(tenantId, (tx: Transaction<unknown>) =>
        setSnapshotVersion(tx, tenantId, feed.version),
      );
    }
    return { status: 200, body: snapshotOf(newest) };
  }
  const records = known.records.length > 0 ? known.records : (await readKnown(parts, tenantId, true)).records;
  const folder = await mkdtemp(join(workFolder, 'stella-snapshot-'));
  try {
    const out = join(folder, 'index');
    const stats = await buildInThread(packsOf(parts, tenantId, records), out, parts.stopping);
    if (stats.broken > 0)
      parts.logger.warn('Records that can no longer be read are not in the snapshot', { broken: stats.broken });
    const index = await host.objects.tenant(tenantId, 'advisory-snapshots').putStream(createReadStream(out));
    const built = {
      digest: stats.snapshot,
      index_digest: index.digest,
      records: stats.records,
      size_bytes: BigInt(index.size),
    };
    const reply = await freeze(parts, input, built, feed.version);
    record.snapshotBuild((clock.monotonicMs() - startedMs) / 1000, {});
    record.snapshotTime(Date.parse(reply.body.createdAt) / 1000, { tenant: tenantId });
    return reply;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pages in one transaction: all of them show the same state, none of them is large. */
async function readKnown({ host }: Parts, tenantId: string, isAlways = false): Promise<Known> {
  return host.database.withTenant(
    tenantId,
    async (tx: Transaction<unknown>) => {
      const feed = await findFeed(tx, tenantId);
      if (feed === undefined) throw fail('SNAPSHOT_EMPTY', 'there are no advisories to freeze');
      const newest = await newestSnapshot(tx, tenantId);
      const records: CurrentRecord[] = [];
      if (isAlways || newest === undefined || feed.version > feed.snapshot_version) {
        for (;;) {
          const page = await currentRecords(tx, tenantId, records.at(-1)?.advisory_id, PAGE);
          records.push(...page);
          if (page.length < PAGE) break;
        }
      }
      return { feed, newest, records };
    },
    { isReadOnly: true },
  );
}

async function isUnchanged(parts: Parts, tenantId: string, { newest, records }: Known): Promise<boolean> {
  if (newest === undefined) return false;
  const isSameSet = records.length === 0 || snapshotDigest(records.map(({ digest }) => digest)) === newest.digest;
  return isSameSet && (await isUsableIndex(parts, tenantId, newest.index_digest));
}

/** The records by the objects that hold them: each object is read once. */
async function* packsOf({ host }: Parts, tenantId: string, records: readonly CurrentRecord[]): AsyncGenerator<Pack> {
  const store = host.objects.tenant(tenantId, 'advisory-documents');
  for (const [pack, slices] of Map.groupBy(records, (record) => record.pack)) {
    const bytes = await store.get(pack);
    if (bytes === undefined) throw new Error(`the object ${pack} with ${slices.length} records is gone`);
    yield { bytes, slices: slices.map(({ pack_offset, size_bytes }) => ({ offset: pack_offset, length: size_bytes })) };
  }
}

type Built = Omit<SnapshotRow, 'id' | 'created_at'> & { readonly digest: Digest };

function freeze(
  parts: Parts,
  { tenantId, commit }: SnapshotInput,
  built: Built,
  version: bigint,
): Promise<SnapshotReply> {
  return commit(async ({ tx, at, publish }) => {
    const feed = await findFeed(tx, tenantId, true);
    const newest = await newestSnapshot(tx, tenantId);
    const isOvertaken = newest !== undefined && feed !== undefined && feed.snapshot_version > version;
    const row: SnapshotRow = { ...built, id: parts.ids.uuid(), created_at: at };
    const isNew = !isOvertaken && (await addSnapshot(tx, tenantId, row));
    const current = isNew || newest === undefined ? row : newest;
    await setSnapshotVersion(tx, tenantId, version);
    const { id, digest, index_digest, records } = current;
    if (isNew)
      await publish(CONCELIER_EVENTS.snapshotCreated, { snapshotId: id, digest, indexDigest: index_digest, records });
    return {
      reply: { status: isNew ? 201 : 200, body: snapshotOf(current) },
      target: { type: 'advisory-snapshot', id },
      details: { digest, records, isNew },
    };
  });
}
