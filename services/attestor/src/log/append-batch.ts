import type { Transaction } from 'kysely';
import {
  extendRange,
  formatCheckpoint,
  inclusionProof,
  type LoggedEntry,
  nodeName,
  type NodeReader,
  nodesRead,
  type NoteSigner,
  rootOfRange,
  signNote,
  verifyInclusion,
} from '@stella-ops/engine-tlog';
import type { Timestamp } from '@stella-ops/engine-kernel';
import { forked } from '../errors.ts';
import { type EntryRow, indicesOf, insertEntries, insertOwners } from '../store/log-entries.ts';
import { lockLog } from '../store/log-identity.ts';
import { insertNodes, readNodes, type TreeNode } from '../store/log-nodes.ts';
import { type CheckpointRow, insertCheckpoint } from '../store/log-state.ts';
import type { LogIdentity } from './log-identity.ts';
import { type Head, nodeReader, readHead } from './read-head.ts';

export interface NewEntry {
  /** For whom; it may read the entry by its number. */
  readonly tenantId: string;
  readonly body: Buffer;
  readonly leafHash: Buffer;
}

export interface Appended {
  /** One for each entry, in order. */
  readonly logged: readonly LoggedEntry[];
  /** What the log is once this is committed. */
  readonly checkpoint: CheckpointRow;
  /** How many entries were new. */
  readonly count: number;
}

interface Options {
  readonly identity: LogIdentity;
  readonly signer: NoteSigner;
  readonly seen: CheckpointRow | undefined;
  readonly at: Timestamp;
}

/**
 * Appends entries in one transaction: lock → compare what is stored with what was signed → entries → tree → sign →
 * signed state. The signature is made before the commit and leaves the process only after it, so of a transaction that
 * fails nobody ever sees the root that was signed in it; the next one may sign another for that size.
 *
 * @throws AppError `LOG_FORKED`
 */
export async function appendBatch(
  tx: Transaction<unknown>,
  entries: readonly NewEntry[],
  { identity, signer, seen, at }: Options,
): Promise<Appended> {
  await lockLog(tx);
  const head = await readHead(tx, identity, seen);
  const known = await indicesOf(
    tx,
    entries.map(({ leafHash }) => leafHash),
  );
  const { rows, nodes, range, indices } = grow(head, entries, known);
  let checkpoint: CheckpointRow = head;
  if (rows.length > 0) {
    await insertEntries(tx, rows);
    await insertNodes(tx, nodes);
    const size = head.size + rows.length;
    const root = rootOfRange(range);
    checkpoint = { size, root, note: signNote(formatCheckpoint(identity.origin, BigInt(size), root), [signer]) };
    await insertCheckpoint(tx, { ...checkpoint, signedAt: at });
  }
  await insertOwners(
    tx,
    entries.map(({ tenantId }, at) => ({ tenantId, index: indices[at] ?? -1 })),
  );

  const fresh = new Map([
    ...rows.map(({ index, leafHash }) => [nodeName({ level: 0, index }), leafHash] as const),
    ...nodes.map((node) => [nodeName(node), node.hash] as const),
  ]);
  // The siblings of a new leaf are new or peaks of the tree before; those of an older entry stand anywhere.
  const older = indices.filter((index) => index < head.size);
  const wanted = nodesRead((node) => older.forEach((index) => inclusionProof(index, checkpoint.size, node)));
  const stored = await readNodes(
    tx,
    wanted.filter((address) => !fresh.has(nodeName(address))),
  );
  const node = nodeReader(fresh, head.peaks, stored);
  const logged = entries.map(({ leafHash }, at) => prove(leafHash, indices[at] ?? -1, checkpoint, node));
  return { logged, checkpoint, count: rows.length };
}

/** What the entries that the log does not hold yet add to it. The same entry twice is one. */
function grow(head: Head, entries: readonly NewEntry[], known: ReadonlyMap<string, number>) {
  const range = [...head.range];
  const rows: EntryRow[] = [];
  const nodes: TreeNode[] = [];
  const placed = new Map(known);
  const indices = entries.map(({ leafHash, body }) => {
    const name = leafHash.toString('hex');
    const present = placed.get(name);
    if (present !== undefined) return present;
    const index = head.size + rows.length;
    placed.set(name, index);
    rows.push({ index, leafHash, body });
    extendRange(range, index, leafHash, (level, at, hash) => {
      if (level > 0) nodes.push({ level, index: at, hash });
    });
    return index;
  });
  return { range, rows, nodes, indices };
}

/**
 * A proof is verified before it leaves: what a damaged table would prove is an error here and not at the auditor's.
 *
 * @throws AppError `LOG_FORKED`
 */
export function prove(
  leafHash: Buffer,
  index: number,
  { size, root, note }: CheckpointRow,
  node: NodeReader,
): LoggedEntry {
  const hashes = inclusionProof(index, size, node);
  const verdict = verifyInclusion({ index: BigInt(index), size: BigInt(size), leafHash, root, proof: hashes });
  if (!verdict.ok) throw forked(`entry ${index}: ${verdict.detail}`);
  return { logIndex: index, treeSize: size, rootHash: root, hashes, checkpoint: note };
}
