import { HASH_SIZE } from './hashes.ts';
import type { NodeReader } from './proofs.ts';

/** Where a perfect subtree stands, see {@link NodeReader}. */
export interface NodeAddress {
  readonly level: number;
  readonly index: number;
}

/**
 * The nodes that a computation reads, for stores that answer later: which ones these are never depends on a hash, so a dry
 * run on zeros names them all. Each is named once.
 *
 * @param run calls `rootAt`, `inclusionProof` and the like with the reader it is given
 */
export function nodesRead(run: (node: NodeReader) => unknown): NodeAddress[] {
  const zero = Buffer.alloc(HASH_SIZE);
  const seen = new Map<string, NodeAddress>();
  run((level, index) => {
    seen.set(nodeName({ level, index }), { level, index });
    return zero;
  });
  return [...seen.values()];
}

/** One text for one node, as key of a map. */
export function nodeName({ level, index }: NodeAddress): string {
  return `${level}/${index}`;
}
