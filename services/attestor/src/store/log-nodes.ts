import { sql, type Transaction } from 'kysely';
import { type NodeAddress, nodeName } from '@stella-ops/engine-tlog';

export interface TreeNode extends NodeAddress {
  readonly hash: Buffer;
}

/** Hashes of nodes by name; one that is not stored is not in it. Level 0 holds the leaves. */
export async function readNodes(
  tx: Transaction<unknown>,
  addresses: readonly NodeAddress[],
): Promise<ReadonlyMap<string, Buffer>> {
  if (addresses.length === 0) return new Map();
  const leaves = addresses.filter(({ level }) => level === 0);
  const above = addresses.filter(({ level }) => level > 0);
  const { rows } = await sql<{ level: number; position: bigint; hash: Buffer }>`
    select 0 as level, log_index as position, leaf_hash as hash from attestor.entry
    where log_index = any(${leaves.map(({ index }) => index)}::int8[])
    union all
    select n.level, n.position, n.hash from attestor.node n
    join unnest(${above.map(({ level }) => level)}::int2[], ${above.map(({ index }) => index)}::int8[])
      as wanted (level, position) on n.level = wanted.level and n.position = wanted.position`.execute(tx);
  return new Map(rows.map(({ level, position, hash }) => [nodeName({ level, index: Number(position) }), hash]));
}

/** `count` hashes of one level from `first` on, fewer where there are no more. */
export async function readLevel(
  tx: Transaction<unknown>,
  level: number,
  first: number,
  count: number,
): Promise<readonly Buffer[]> {
  const { rows } =
    level === 0
      ? await sql<{ hash: Buffer }>`
          select leaf_hash as hash from attestor.entry
          where log_index >= ${first} and log_index < ${first + count} order by log_index`.execute(tx)
      : await sql<{ hash: Buffer }>`
          select hash from attestor.node
          where level = ${level} and position >= ${first} and position < ${first + count} order by position`.execute(
          tx,
        );
  return rows.map(({ hash }) => hash);
}

/** @param nodes of levels above 0 */
export async function insertNodes(tx: Transaction<unknown>, nodes: readonly TreeNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await sql`
    insert into attestor.node (level, position, hash)
    select * from unnest(${nodes.map(({ level }) => level)}::int2[], ${nodes.map(({ index }) => index)}::int8[],
                         ${nodes.map(({ hash }) => hash)}::bytea[])`.execute(tx);
}
