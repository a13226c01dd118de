import type { Transaction } from 'kysely';
import { nodeName, type NodeReader, nodesRead, openCheckpoint, rangeAt, rootOfRange } from '@stella-ops/engine-tlog';
import { forked } from '../errors.ts';
import { readNodes } from '../store/log-nodes.ts';
import { type CheckpointRow, latestCheckpoint } from '../store/log-state.ts';
import type { LogIdentity } from './log-identity.ts';

/** The newest checkpoint, after making sure that the entries lead to it, that it is ours, and that it goes on from `seen`. */
export interface Head extends CheckpointRow {
  /** Roots of the perfect subtrees of the tree, by their names. */
  readonly peaks: ReadonlyMap<string, Buffer>;
  /** The same as a compact range, largest first. */
  readonly range: readonly Buffer[];
}

/**
 * @param seen a checkpoint that this process saw committed before the transaction began: one that is gone since, or has
 *   another root, means that the database was put back or written by hand
 * @throws AppError `LOG_FORKED`
 */
export async function readHead(
  tx: Transaction<unknown>,
  identity: LogIdentity,
  seen: CheckpointRow | undefined,
): Promise<Head> {
  const latest = await latestCheckpoint(tx);
  if (latest === undefined) throw forked('there is no checkpoint');
  const { checkpoint, entries } = latest;
  const { size, root, note } = checkpoint;
  if (entries !== size) throw forked(`the checkpoint covers ${size} entries, the log holds ${entries}`);
  if (seen !== undefined && seen.size > size) throw forked(`${seen.size} entries were signed, the log holds ${size}`);
  const wanted = nodesRead((node) => {
    rangeAt(size, node);
    if (seen !== undefined) rangeAt(seen.size, node);
  });
  const nodes = await readNodes(tx, wanted);
  const node = nodeReader(nodes);
  const range = rangeAt(size, node);
  if (!rootOfRange(range).equals(root)) throw forked(`the entries do not lead to the signed root of size ${size}`);
  if (seen !== undefined && !rootOfRange(rangeAt(seen.size, node)).equals(seen.root)) {
    throw forked(`another root was signed for size ${seen.size}`);
  }
  if (note !== seen?.note) assertNote(identity, checkpoint);
  return { ...checkpoint, peaks: nodes, range };
}

/** @throws AppError `LOG_FORKED` */
export function assertNote(identity: LogIdentity, { size, root, note }: CheckpointRow): void {
  const opened = openCheckpoint(note, identity.verifier, { strict: true });
  if (!opened.ok) throw forked(`the checkpoint of size ${size}: ${opened.detail}`);
  const { checkpoint } = opened;
  const fits =
    checkpoint.origin === identity.origin && checkpoint.size === BigInt(size) && checkpoint.root.equals(root);
  if (!fits) throw forked(`the checkpoint stored for size ${size} is for another tree`);
}

/** A node that is not there was there once: it is read because entries behind it are signed. */
export function nodeReader(...maps: readonly ReadonlyMap<string, Buffer>[]): NodeReader {
  return (level, index) => {
    const name = nodeName({ level, index });
    for (const map of maps) {
      const hash = map.get(name);
      if (hash !== undefined) return hash;
    }
    throw forked(`the node ${name} is missing`);
  };
}
