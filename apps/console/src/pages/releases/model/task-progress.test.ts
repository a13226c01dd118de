import type { DeploymentTask, Step } from '@stella-ops/contracts/deployments';
import { describe, expect, it } from 'vitest';
import { batchesOf, canResume, failuresOf, hasEnded, taskProgress } from './task-progress.ts';

const step = (state: Step['state'], sentence = 'Pull web', error: Step['error'] = null): Step => ({
  id: sentence,
  service: 'web',
  action: 'pull',
  sentence,
  state,
  startedAt: null,
  finishedAt: null,
  error,
});
const task = (target: string, batch: number, steps: Step[] = []): DeploymentTask => ({
  id: '01a1febf-6347-7187-9a0f-d2a84ec12e38',
  targetId: '01a1febf-6347-7187-9a0f-d2a84ec12e38',
  target,
  batch,
  kind: 'deploy',
  state: 'running',
  attempt: 1,
  fencingToken: 1,
  steps,
  output: '',
  planDigest: `sha256:${'a'.repeat(64)}`,
  receiptDigest: null,
  startedAt: null,
  finishedAt: null,
});
const refused = { code: 'PORT_TAKEN', message: 'port 80 is taken', hint: 'Free it.' };

describe('progress of a deployment', () => {
  it('counts steps that are over and names the one under way', () => {
    const steps = [step('done'), step('skipped'), step('running', 'Start web'), step('pending')];
    expect(taskProgress({ steps })).toEqual({ done: 2, total: 4, current: 'Start web' });
  });

  it('names the failed step before one that still runs', () => {
    const steps = [step('running', 'Wait for api'), step('failed', 'Start web', refused)];
    expect(taskProgress({ steps }).current).toBe('Start web');
  });

  it('orders hosts by batch, then by name', () => {
    const tasks = [task('c', 2), task('b', 1), task('a', 1), task('d', 10)];
    expect(batchesOf({ tasks }).map(({ number, tasks: of }) => [number, of.map(({ target }) => target)])).toEqual([
      [1, ['a', 'b']],
      [2, ['c']],
      [10, ['d']],
    ]);
  });

  it('collects what went wrong on each host', () => {
    const tasks = [task('a', 1, [step('failed', 'Start web', refused), step('skipped')]), task('b', 1, [step('done')])];
    expect(failuresOf({ tasks })).toEqual([{ target: 'a', step: 'Start web', ...refused }]);
  });

  it('offers to resume only what stopped on the way', () => {
    expect(canResume({ state: 'failed' })).toBe(true);
    expect(canResume({ state: 'succeeded' })).toBe(false);
    expect(canResume({ state: 'running' })).toBe(false);
    expect(hasEnded({ state: 'rolling_back' })).toBe(false);
    expect(hasEnded({ state: 'rolled_back' })).toBe(true);
  });
});
