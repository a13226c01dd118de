import { setImmediate as nextTurn } from 'node:timers/promises';
import { assertNoTransaction } from '../database/index.ts';

export interface GroupCommit<Item, Result> {
  /** Resolves when the item's group is committed; rejects with what its group failed of. Not inside a transaction. */
  add(item: Item): Promise<Result>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<Result>;
}

/**
 * While one group is being committed the next one collects: nobody waits for a timer, and a crowd shares one flush to disk.
 *
 * @param most items in one group
 * @param commit does the work of a group, one group at a time; answers one result for each item, in order
 */
export function groupCommit<Item, Result>(
  most: number,
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
): GroupCommit<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running: Promise<void> | undefined;

  const commitGroup = async (group: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await commit(group.map(({ item }) => item));
      if (results.length !== group.length) throw new Error('a group answers for each of its items');
      group.forEach(({ done }, at) => done.resolve(results[at] as Result));
    } catch (error) {
      for (const { done } of group) done.reject(error);
    }
  };
  const run = async (): Promise<void> => {
    // Whatever was asked for in the same turn goes into the first group.
    await nextTurn();
    while (waiting.length > 0) await commitGroup(waiting.splice(0, most));
    // In the same breath as the last look: what comes a moment later has to find that nobody is looking any more.
    running = undefined;
  };

  return {
    add(item) {
      // A group runs in the context of whoever came first; inside a transaction it would fail for all of them.
      assertNoTransaction('a group commit');
      const done = Promise.withResolvers<Result>();
      waiting.push({ item, done });
      running ??= run();
      return done.promise;
    },
    idle: async () => {
      await running;
    },
  };
}
