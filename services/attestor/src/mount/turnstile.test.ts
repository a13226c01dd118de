import { expect, test } from 'vitest';
import { Turnstile } from './turnstile.ts';

test('two run, one waits, the fourth is turned away; a failure gives its place on', async () => {
  const turnstile = new Turnstile({ atOnce: 2, waiting: 1 });
  const started: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<string>>();
  const enter = (name: string) => {
    const gate = Promise.withResolvers<string>();
    gates.set(name, gate);
    return turnstile.run(() => {
      started.push(name);
      return gate.promise;
    });
  };
  const [one, two, three] = [enter('one'), enter('two'), enter('three')];
  expect(await enter('four')).toBeUndefined();
  expect(started).toEqual(['one', 'two']);
  gates.get('one')?.reject(new Error('failed'));
  await expect(one).rejects.toThrow('failed');
  await new Promise(setImmediate);
  expect(started).toEqual(['one', 'two', 'three']);
  gates.get('two')?.resolve('2');
  gates.get('three')?.resolve('3');
  expect(await Promise.all([two, three])).toEqual(['2', '3']);
  const five = enter('five');
  gates.get('five')?.resolve('5');
  expect(await five).toBe('5');
});
