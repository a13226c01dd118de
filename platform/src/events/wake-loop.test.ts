import { expect, test } from 'vitest';
import { WakeLoop } from './wake-loop.ts';

test('woken while it runs, the task runs once more, and never twice at a time', async () => {
  let active = 0;
  let most = 0;
  let runs = 0;
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const loop = new WakeLoop(
    async () => {
      most = Math.max(most, ++active);
      runs++;
      await gate;
      active--;
    },
    () => undefined,
  );
  for (let n = 0; n < 5; n++) loop.wake();
  open();
  await gate;
  await new Promise(setImmediate);
  await loop.stop();
  expect([runs, most]).toEqual([2, 1]);
});

test('a failure is told and does not end the loop', async () => {
  const errors: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let runs = 0;
  const loop = new WakeLoop(
    async () => {
      if (++runs === 1) throw new Error('once');
      resolve();
    },
    (error) => errors.push((error as Error).message),
  );
  loop.wake();
  await promise;
  await loop.stop();
  expect(errors).toEqual(['once']);
});

test('after stop nothing runs', async () => {
  let runs = 0;
  const loop = new WakeLoop(
    async () => void runs++,
    () => undefined,
  );
  await loop.stop();
  loop.wake();
  await new Promise(setImmediate);
  expect(runs).toBe(0);
});
