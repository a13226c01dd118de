import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEPLOYMENTS_ERRORS } from '@stella-ops/contracts/deployments';
import type { Executor, Step } from '@stella-ops/engine-deploy';
import { AppError, digestOf } from '@stella-ops/engine-kernel';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../data-folder.ts';
import type { Log } from '../log.ts';
import { system } from '../system.ts';
import { type Answer, scriptedRoutes } from '../testing/scripted-routes.ts';
import type { Host } from './host.ts';
import { taskOf } from '../testing/task.ts';
import type { Task } from './task.ts';
import { Worker } from './worker.ts';

const LOST: Answer = { error: new AppError('LEASE_LOST', DEPLOYMENTS_ERRORS.LEASE_LOST, 'another lease') };
const STEPS = ['one', 'two', 'three'];
const quiet: Log = { info: () => undefined, warn: () => undefined };

/** A target whose steps wait until the test lets them go on. */
class GatedTarget {
  readonly performed: string[] = [];
  readonly #waiting = new Map<string, () => void>();
  readonly #open = new Set<string>();

  let(step: string): void {
    this.#open.add(step);
    this.#waiting.get(step)?.();
  }

  host(): Host {
    return {
      sweepMs: 1000,
      executor: (_target, check) => this.#executor(check),
      observe: () => Promise.resolve({ engineVersion: null, containers: [] }),
      changes: async function* () {},
      platform: () => Promise.resolve('linux/amd64'),
    };
  }

  #executor(check: () => void): Executor {
    return {
      observe: () => Promise.resolve([]),
      prepare: () =>
        Promise.resolve(
          STEPS.map((id): Step => ({ id, service: 'web', action: 'record', sentence: id, cause: 'the test' })),
        ),
      perform: async (_plan, step, { signal }) => {
        check();
        this.performed.push(step.id);
        if (!this.#open.has(step.id)) {
          await new Promise<void>((resolve, reject) => {
            this.#waiting.set(step.id, resolve);
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
          });
        }
        return {};
      },
      undo: () => [],
      describe: () => Promise.resolve([]),
    };
  }
}

/** A server that gives out what the test queues, and remembers what it is told. */
class Script {
  readonly tasks: Task[] = [];
  readonly told: { readonly name: string; readonly body: Readonly<Record<string, unknown>> }[] = [];
  readonly answers = new Map<string, Answer>();

  readonly routes = scriptedRoutes(async (name, body, signal) => {
    this.told.push({ name, body });
    const scripted = this.answers.get(name);
    if (scripted !== undefined) return scripted;
    switch (name) {
      case 'takeTask': {
        await until(() => this.tasks.length > 0 || signal?.aborted === true);
        return { body: { task: this.tasks.shift() ?? null, targets: [] } };
      }
      case 'reportProgress':
        return { body: { leaseMs: 30_000, isCancelled: false } };
      default:
        return { body: { receiptDigest: digestOf('receipt') } };
    }
  });

  finished(): readonly Readonly<Record<string, unknown>>[] {
    return this.told.filter(({ name }) => name === 'finishTask').map(({ body }) => body);
  }
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));
async function until(is: () => boolean): Promise<void> {
  const endsAtMs = performance.now() + 10_000;
  while (!is()) {
    if (performance.now() > endsAtMs) throw new Error('did not come about');
    await tick();
  }
}

describe('work on tasks', () => {
  let root = '';
  let count = 0;
  beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'stella-agent-worker-'))));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const newFolder = () => openDataFolder(join(root, String(count++)));
  function start(folder: DataFolder, script: Script, target: GatedTarget) {
    const stopping = new AbortController();
    const worker = new Worker({
      folder,
      routes: script.routes,
      hosts: { docker: target.host() },
      system,
      log: quiet,
      onTargets: () => undefined,
      onWorked: () => undefined,
    });
    const ended = worker.run(stopping.signal);
    return {
      stop: () => {
        stopping.abort();
        return ended;
      },
    };
  }

  test('a task is carried out, its end is told with the receipt, and then it is forgotten', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    STEPS.forEach((step) => target.let(step));
    script.tasks.push(taskOf(1, 4));
    const worker = start(folder, script, target);
    await until(() => script.finished().length > 0 && readdirSync(folder.tasks).length === 0);
    await worker.stop();
    expect(target.performed).toEqual(STEPS);
    expect(script.finished()).toEqual([
      expect.objectContaining({
        fencingToken: 4,
        outcome: 'succeeded',
        receipt: expect.objectContaining({ format: 'stella.receipt/v1', target: 'web-1' }),
      }),
    ]);
  });

  test('work stops when the server says that the lease is lost, and the next lease goes on where it was', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    script.tasks.push(taskOf(1, 1));
    target.let('one');
    const worker = start(folder, script, target);
    await until(() => target.performed.includes('two'));
    script.answers.set('reportProgress', LOST);
    const before = script.told.length;
    await until(() => script.told.slice(before).some(({ name }) => name === 'reportProgress'));
    script.answers.delete('reportProgress');
    STEPS.forEach((step) => target.let(step));
    // Nothing goes on by itself.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(target.performed).toEqual(['one', 'two']);
    expect(script.finished()).toEqual([]);
    script.tasks.push(taskOf(1, 2));
    await until(() => script.finished().length === 1);
    await worker.stop();
    // The step that was under way is done again; those that were done are not.
    expect(target.performed).toEqual(['one', 'two', 'two', 'three']);
    expect(script.finished()[0]).toMatchObject({ fencingToken: 2, outcome: 'succeeded' });
  }, 20_000);

  test('a lease that is shorter than the usual one is renewed in time while a step lasts', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    script.answers.set('reportProgress', { body: { leaseMs: 1_500, isCancelled: false } });
    script.tasks.push(taskOf(1, 1, { leaseMs: 1_500 }));
    const worker = start(folder, script, target);
    await until(() => target.performed.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    STEPS.forEach((step) => target.let(step));
    await until(() => script.finished().length === 1);
    await worker.stop();
    expect(target.performed).toEqual([...STEPS]);
    expect(script.finished()[0]).toMatchObject({ outcome: 'succeeded' });
  });

  test('a lease that was lost before its task was heard of is not worked on', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    script.answers.set('reportProgress', LOST);
    script.tasks.push(taskOf(1, 1));
    const worker = start(folder, script, target);
    await until(() => script.told.some(({ name }) => name === 'reportProgress'));
    await until(() => script.told.filter(({ name }) => name === 'takeTask').length === 2);
    expect(target.performed).toEqual([]);
    script.answers.delete('reportProgress');
    STEPS.forEach((step) => target.let(step));
    script.tasks.push(taskOf(1, 2));
    await until(() => script.finished().length === 1);
    await worker.stop();
    expect(script.finished()[0]).toMatchObject({ fencingToken: 2, outcome: 'succeeded' });
  });

  test('a newer lease for a target ends the older work before its next step', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    script.tasks.push(taskOf(1, 1));
    const worker = start(folder, script, target);
    await until(() => target.performed.length === 1);
    script.tasks.push(taskOf(2, 1));
    await until(() => target.performed.length === 2);
    STEPS.forEach((step) => target.let(step));
    await until(() => script.finished().length === 1);
    await worker.stop();
    expect(target.performed).toEqual(['one', 'one', 'two', 'three']);
    expect(script.finished()[0]).toMatchObject({ receipt: { deploymentId: taskOf(2, 1).id } });
  });

  test('a lease older than one that is known is not worked on', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    script.tasks.push(taskOf(1, 5));
    const worker = start(folder, script, target);
    await until(() => target.performed.length === 1);
    script.tasks.push(taskOf(1, 3));
    await until(() => script.tasks.length === 0);
    STEPS.forEach((step) => target.let(step));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await worker.stop();
    expect(script.finished().filter(({ fencingToken }) => fencingToken === 3)).toEqual([]);
  });

  test('the end of a task is told again until the server takes it', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    STEPS.forEach((step) => target.let(step));
    script.answers.set('finishTask', 'unreachable');
    script.tasks.push(taskOf(1, 1));
    const worker = start(folder, script, target);
    await until(() => script.finished().length >= 2);
    expect(readdirSync(folder.tasks)).toHaveLength(1);
    script.answers.delete('finishTask');
    await until(() => readdirSync(folder.tasks).length === 0);
    await worker.stop();
    expect(target.performed).toEqual(STEPS);
  });

  test('told to stop, it finishes the step under way and begins no other; the next process goes on', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    script.tasks.push(taskOf(1, 1));
    const first = start(folder, script, target);
    await until(() => target.performed.length === 1);
    const stopped = first.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    target.let('one');
    await stopped;
    expect(target.performed).toEqual(['one']);
    expect(script.finished()).toEqual([]);
    STEPS.forEach((step) => target.let(step));
    const second = start(folder, script, target);
    await until(() => script.finished().length === 1);
    await second.stop();
    expect(target.performed).toEqual(STEPS);
    expect(script.finished()[0]).toMatchObject({ fencingToken: 1, outcome: 'succeeded' });
  });

  test('a process that finds its lease lost at the start touches nothing', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    script.tasks.push(taskOf(1, 1));
    const first = start(folder, script, target);
    await until(() => target.performed.length === 1);
    const stopped = first.stop();
    target.let('one');
    await stopped;
    script.answers.set('reportProgress', LOST);
    STEPS.forEach((step) => target.let(step));
    const before = script.told.length;
    const second = start(folder, script, target);
    await until(() => script.told.slice(before).some(({ name }) => name === 'takeTask'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await second.stop();
    expect(target.performed).toEqual(['one']);
  });

  test('what an earlier attempt ended with is not told of the next one: that is carried out', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    STEPS.forEach((step) => target.let(step));
    // The server has the end, and its answer is lost: people have tried it again before the agent asks once more.
    script.answers.set('finishTask', LOST);
    script.tasks.push(taskOf(1, 1));
    const worker = start(folder, script, target);
    await until(() => script.finished().length === 1);
    script.answers.delete('finishTask');
    script.tasks.push(taskOf(1, 2, { attempt: 2 }));
    await until(() => script.finished().length === 2);
    expect(target.performed).toEqual([...STEPS, ...STEPS]);
    // Another lease of the same attempt gets the receipt that is there.
    script.answers.set('finishTask', LOST);
    script.tasks.push(taskOf(2, 1));
    await until(() => script.finished().length === 3);
    script.answers.delete('finishTask');
    script.tasks.push(taskOf(2, 2));
    await until(() => script.finished().length === 4);
    await worker.stop();
    expect(target.performed).toEqual([...STEPS, ...STEPS, ...STEPS]);
  });

  test('a plan with another digest is refused by name, and nothing is done', async () => {
    const [folder, script, target] = [await newFolder(), new Script(), new GatedTarget()];
    script.tasks.push(taskOf(1, 1, { planDigest: digestOf('another plan') }));
    const worker = start(folder, script, target);
    await until(() => script.finished().length === 1);
    await worker.stop();
    expect(target.performed).toEqual([]);
    const error = { code: 'PLAN_MISMATCH' };
    expect(script.finished()[0]).toMatchObject({
      outcome: 'failed',
      steps: [{ id: 'prepare', state: 'failed', error }],
      receipt: { error, steps: [{ error }] },
    });
  });
});
