import { sql, type Transaction } from 'kysely';
import type { Timestamp } from '@stella-ops/engine-kernel';

export interface CheckpointRow {
  readonly size: number;
  readonly root: Buffer;
  /** The signed note. */
  readonly note: string;
}

interface Stored {
  readonly size: bigint;
  readonly root: Buffer;
  readonly note: string;
}

const toCheckpoint = ({ size, ...rest }: Stored): CheckpointRow => ({ ...rest, size: Number(size) });

/** The newest checkpoint, and how many entries there are, both at one moment. Indices have no holes. */
export async function latestCheckpoint(
  tx: Transaction<unknown>,
): Promise<{ readonly checkpoint: CheckpointRow; readonly entries: number } | undefined> {
  const { rows } = await sql<Stored & { entries: bigint }>`
    select size, root, note, (select coalesce(max(log_index) + 1, 0) from attestor.entry) as entries
    from attestor.checkpoint order by size desc limit 1`.execute(tx);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { entries, ...checkpoint } = row;
  return { checkpoint: toCheckpoint(checkpoint), entries: Number(entries) };
}

/** Number of entries that a checkpoint covers: what may be published. */
export async function publishedSize(tx: Transaction<unknown>): Promise<number> {
  const { rows } = await sql<{ size: bigint }>`
    select coalesce(max(size), 0) as size from attestor.checkpoint`.execute(tx);
  return Number(rows[0]?.size ?? 0n);
}

/** Checkpoints for trees of more than `from` and at most `to` entries, smallest first. */
export async function checkpointsBetween(
  tx: Transaction<unknown>,
  from: number,
  to: number,
): Promise<readonly CheckpointRow[]> {
  const { rows } = await sql<Stored>`
    select size, root, note from attestor.checkpoint
    where size > ${from} and size <= ${to} order by size`.execute(tx);
  return rows.map(toCheckpoint);
}

/** Of these sizes those that were signed. */
export async function checkpointsAt(
  tx: Transaction<unknown>,
  sizes: readonly number[],
): Promise<readonly CheckpointRow[]> {
  const { rows } = await sql<Stored>`
    select size, root, note from attestor.checkpoint where size = any(${[...sizes]}::int8[])`.execute(tx);
  return rows.map(toCheckpoint);
}

/** @throws DatabaseError (unique violation) when that size was signed before */
export async function insertCheckpoint(
  tx: Transaction<unknown>,
  { size, root, note, signedAt }: CheckpointRow & { readonly signedAt: Timestamp },
): Promise<void> {
  await sql`
    insert into attestor.checkpoint (size, root, note, signed_at)
    values (${size}, ${root}, ${note}, ${signedAt})`.execute(tx);
}
