import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@stella-ops/engine-kernel';
import { emptyRoot, extendRange, leafHash, nodeName, rootOfRange } from '@stella-ops/engine-tlog';
import type { Database } from '@stella-ops/platform/database';
import { entriesBetween } from '../store/log-entries.ts';
import { readNodes, type TreeNode } from '../store/log-nodes.ts';
import { checkpointsAt, checkpointsBetween, type CheckpointRow } from '../store/log-state.ts';
import type { LogIdentity } from './log-identity.ts';
import { assertNote } from './read-head.ts';

const ENTRIES_AT_ONCE = 2000;

/**
 * Reads the first `size` entries and recomputes every leaf, subtree and root, and verifies every checkpoint signed for them.
 * An append compares only the edge of the tree; this finds what was changed inside it.
 *
 * @returns a sentence for the first thing that is not as it was signed; undefined when all is
 */
export async function auditLog(
  database: Database,
  identity: LogIdentity,
  size: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const range: Buffer[] = [];
  const empty = await database.withRelay((tx) => checkpointsAt(tx, [0]), { isReadOnly: true });
  const first = empty.map((row) => checkpointFault(identity, row, emptyRoot())).find((fault) => fault !== undefined);
  if (first !== undefined) return first;
  for (let from = 0; from < size && !signal.aborted; from += ENTRIES_AT_ONCE) {
    const to = Math.min(from + ENTRIES_AT_ONCE, size);
    const fault = await auditPart(database, identity, range, from, to);
    if (fault !== undefined) return fault;
    await nextTurn();
  }
  return undefined;
}

async function auditPart(
  database: Database,
  identity: LogIdentity,
  range: Buffer[],
  from: number,
  to: number,
): Promise<string | undefined> {
  // Rows are never changed, so several statements see one state of them.
  const { entries, checkpoints } = await database.withRelay(
    async (tx) => ({
      entries: await entriesBetween(tx, from, to),
      checkpoints: await checkpointsBetween(tx, from, to),
    }),
    { isReadOnly: true },
  );
  const signed = new Map(checkpoints.map((row) => [row.size, row]));
  const expected: TreeNode[] = [];
  for (let index = from; index < to; index++) {
    const entry = entries[index - from];
    if (entry?.index !== index) return `entry ${index} is missing`;
    if (!leafHash(entry.body).equals(entry.leafHash))
      return `the bytes of entry ${index} do not have the recorded hash`;
    extendRange(range, index, entry.leafHash, (level, at, hash) => {
      if (level > 0) expected.push({ level, index: at, hash });
    });
    const checkpoint = signed.get(index + 1);
    const fault = checkpoint && checkpointFault(identity, checkpoint, rootOfRange(range));
    if (fault !== undefined) return fault;
  }
  const nodes = await database.withRelay((tx) => readNodes(tx, expected), { isReadOnly: true });
  const wrong = expected.find((node) => nodes.get(nodeName(node))?.equals(node.hash) !== true);
  return wrong === undefined ? undefined : `the subtree ${nodeName(wrong)} has another hash`;
}

function checkpointFault(identity: LogIdentity, checkpoint: CheckpointRow, root: Buffer): string | undefined {
  if (!checkpoint.root.equals(root)) return `another root was signed for size ${checkpoint.size}`;
  try {
    assertNote(identity, checkpoint);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
