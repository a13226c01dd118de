import { expect, test } from 'vitest';
import { groupCommit } from './group-commit.ts';

test('what comes while a group is committed makes up the next one, at most so many, in order', async () => {
  const groups: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const group = groupCommit<number, string>(3, async (items) => {
    groups.push([...items]);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    if (items.includes(5)) throw new Error('five');
    return items.map(String);
  });
  const started = async (count: number) => {
    while (gates.length < count) await new Promise(setImmediate);
  };
  const first = [group.add(1), group.add(2)];
  await started(1);
  const second = [3, 4, 6, 5].map((item) => group.add(item).catch((error: Error) => error.message));
  gates[0]?.resolve();
  expect(await Promise.all(first)).toEqual(['1', '2']);
  await started(2);
  gates[1]?.resolve();
  await started(3);
  gates[2]?.resolve();
  expect(await Promise.all(second)).toEqual(['3', '4', '6', 'five']);
  expect(groups).toEqual([[1, 2], [3, 4, 6], [5]]);
  await group.idle();
  const later = group.add(7);
  await started(4);
  gates[3]?.resolve();
  expect(await later).toBe('7');
});

test('a group that does not answer for each of its items fails', async () => {
  const group = groupCommit<number, number>(3, () => Promise.resolve([]));
  await expect(group.add(1)).rejects.toThrow('answers for each');
});

test('an item that comes just as the last group has ended is not left waiting', async () => {
  const group = groupCommit<number, number>(3, (items) => Promise.resolve(items));
  // The moments between an answer and the end of the run behind it, one microtask after the other.
  for (let moments = 0; moments < 20; moments++) {
    await group.add(moments);
    for (let moment = 0; moment < moments; moment++) await Promise.resolve();
    const late = new Promise((resolve) => setTimeout(resolve, 1000, 'left waiting'));
    expect(await Promise.race([group.add(moments), late])).toBe(moments);
  }
});
