import { expect, test } from 'vitest';
import { TenantTurns } from './tenant-turns.ts';

test('work of one tenant waits for the work before it, even when that fails; other tenants do not wait', async () => {
  const turns = new TenantTurns();
  const steps: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const first = turns.take('a', async () => {
    steps.push('a1 begins');
    await gate.promise;
    steps.push('a1 fails');
    throw new Error('no');
  });
  const second = turns.take('a', async () => {
    steps.push('a2');
    return Promise.resolve(2);
  });
  await turns.take('b', async () => {
    steps.push('b1');
    return Promise.resolve();
  });
  gate.resolve(undefined);
  await expect(first).rejects.toThrow('no');
  expect(await second).toBe(2);
  expect(steps).toEqual(['a1 begins', 'b1', 'a1 fails', 'a2']);
});
