import { describe, expect, test } from 'vitest';
import { advance, type Advancing, batchesOf } from './advance.ts';
import type { TaskState } from './task-states.ts';

function deployment(states: readonly TaskState[], more: Partial<Advancing> = {}): Advancing {
  return {
    kind: 'deploy',
    state: 'running',
    isCancelled: false,
    release: 'shop 1.0.0',
    environment: 'prod',
    tasks: states.map((state, index) => ({
      id: `task-${index}`,
      target: `web-${index}`,
      batch: index + 1,
      state,
      error: state === 'failed' ? 'no space left' : null,
    })),
    ...more,
  };
}

const moved = (next: ReturnType<typeof advance>) => next.moves.map(({ to, ids }) => [to, ids]);

describe('what follows from the tasks of a deployment', () => {
  test('the first batch begins with it, and the next only when every task before it succeeded', () => {
    expect(moved(advance(deployment(['waiting', 'waiting'], { state: 'pending' })))).toEqual([['queued', ['task-0']]]);
    expect(moved(advance(deployment(['running', 'waiting'])))).toEqual([]);
    expect(moved(advance(deployment(['succeeded', 'waiting', 'waiting'])))).toEqual([['queued', ['task-1']]]);
  });

  test('a failure begins nothing more, and is the end when nobody works any more', () => {
    const one = deployment(['failed', 'running', 'waiting']);
    const waits = advance({ ...one, tasks: one.tasks.map((task) => ({ ...task, batch: 1 })) });
    expect(moved(waits)).toEqual([['skipped', ['task-2']]]);
    expect(waits.event).toBeUndefined();
    expect(waits.sentence).toBe('web-0 failed: no space left. Waiting for web-1 to finish; nothing more is begun.');
    const ended = advance(deployment(['failed', 'succeeded', 'queued']));
    expect(moved(ended)).toEqual([['skipped', ['task-2']]]);
    expect(ended.event).toBe('target-failed');
  });

  test('cancelled, it lets those under way finish; all that succeeded is a success all the same', () => {
    expect(advance(deployment(['running', 'waiting'], { isCancelled: true })).event).toBeUndefined();
    expect(advance(deployment(['succeeded', 'cancelled'], { isCancelled: true })).event).toBe('cancelled');
    expect(advance(deployment(['succeeded'], { isCancelled: true })).event).toBe('all-succeeded');
  });

  test('a rollback begins and ends as one', () => {
    const more = { kind: 'rollback', state: 'pending' } as const;
    expect(advance(deployment(['waiting'], more)).event).toBe('rollback-started');
    const done = advance(deployment(['succeeded'], { ...more, state: 'rolling_back' }));
    expect([done.event, done.sentence]).toEqual(['all-succeeded', 'prod runs shop 1.0.0 again, on 1 target.']);
  });
});

test('rolling takes so many targets after one another, all at once all', () => {
  expect(batchesOf('rolling', 2, 5)).toEqual([1, 1, 2, 2, 3]);
  expect(batchesOf('all_at_once', 2, 3)).toEqual([1, 1, 1]);
});
