import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelOrThrow, type Plan, readCompose, renderCompose } from '@stella-ops/engine-compose';
import { canonicalJson, digestOf, fixedClock } from '@stella-ops/engine-kernel';
import { Backoff } from '../link/backoff.ts';
import { takeLock } from '../lock.ts';
import { failedBeforeWork } from './failed-before-work.ts';
import { guarded } from './guarded.ts';
import { keepTask, readKeptTasks } from './kept-task.ts';
import { Lease } from './lease.ts';
import { loopbackOnly } from './loopback-only.ts';
import { OutputTail } from './output-tail.ts';
import { readPlan } from './read-plan.ts';
import { taskOf } from '../testing/task.ts';

const task = taskOf(1, 2);

describe('plans', () => {
  test('a plan counts only with the digest that was approved', () => {
    expect(readPlan(task)).toEqual(task.plan);
    const changed = { ...(task.plan as object), environment: 'stage' };
    expect(() => readPlan({ ...task, plan: changed })).toThrow(expect.objectContaining({ code: 'PLAN_MISMATCH' }));
  });

  test('a plan for another kind of target, or of another deployment, is not carried out', () => {
    const script = { ...task, target: { ...task.target, kind: 'script' as const } };
    expect(() => readPlan(script)).toThrow(expect.objectContaining({ code: 'PLAN_UNKNOWN' }));
    const other = { ...task, deploymentId: taskOf(2, 1).id };
    expect(() => readPlan(other)).toThrow(expect.objectContaining({ code: 'PLAN_MISMATCH' }));
  });
});

describe('an agent of a laptop', () => {
  const planned: Plan[] = [];
  const executor = loopbackOnly({
    observe: () => Promise.resolve([]),
    prepare: (plan: Plan) => Promise.resolve((planned.push(plan), [])),
    perform: () => Promise.resolve({}),
    undo: () => [],
    describe: () => Promise.resolve([]),
  });
  const prepare = (more: string) => {
    const template = `services:\n  web:\n    image: component:web\n    ${more}\n`;
    const image = {
      repository: 'registry.example/web',
      manifestDigest: digestOf('m'),
      configDigest: null,
      platform: null,
    };
    const { plan } = renderCompose(modelOrThrow(readCompose(Buffer.from(template), 'compose.yaml')), {
      project: 'dev-laptop',
      images: { web: image },
      labels: { deploymentId: 'd', releaseId: 'r', environment: 'dev' },
    });
    return executor.prepare(plan, new AbortController().signal);
  };

  test.each(['ports: ["127.0.0.1:8080:80"]', 'ports: ["[::1]:8080:80"]', 'ports: ["127.0.0.1::80"]', 'init: true'])(
    'carries out a plan with %s',
    async (settings) => {
      planned.length = 0;
      await prepare(settings);
      expect(planned).toHaveLength(1);
    },
  );

  test.each([
    ['ports: ["8080:80"]', 'web publishes port 80 on 0.0.0.0'],
    ['ports: ["80"]', 'web publishes port 80 on 0.0.0.0'],
    ['ports: ["127.0.0.1:8080:80", "192.0.2.1:8081:81"]', 'web publishes port 81 on 192.0.2.1'],
    ['network_mode: host', 'web uses the network of the host'],
  ])('opens nothing to a network: %s', async (settings, sentence) => {
    planned.length = 0;
    await expect(prepare(settings)).rejects.toMatchObject({
      code: 'PORT_NOT_LOOPBACK',
      message: expect.stringContaining(sentence) as string,
    });
    expect(planned).toEqual([]);
  });
});

describe('leases', () => {
  test('a lease that was not renewed ends by itself, counted from before the request', async () => {
    const system = { monotonicMs: () => performance.now() };
    const lease = new Lease(1, 10_000, performance.now() - 9_980, system);
    const began = performance.now();
    await new Promise((resolve) => lease.signal.addEventListener('abort', resolve));
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(lease.signal.reason).toMatchObject({ code: 'LEASE_LOST' });
  });

  test('nothing is done with a lease that ended while the process could not hear its timer', () => {
    let nowMs = 0;
    const lease = new Lease(1, 10_000, 0, { monotonicMs: () => nowMs });
    lease.check();
    nowMs = 10_000;
    expect(() => lease.check()).toThrow(expect.objectContaining({ code: 'LEASE_LOST' }));
    expect(lease.signal.aborted).toBe(true);
  });

  test('a renewed lease goes on, and an ended one cannot be renewed', async () => {
    const lease = new Lease(1, 30, performance.now(), { monotonicMs: () => performance.now() });
    lease.renew(10_000, performance.now());
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(lease.signal.aborted).toBe(false);
    lease.end('taken');
    lease.renew(10_000, performance.now());
    expect(lease.signal.aborted).toBe(true);
  });

  test('no method of a guarded object is called once the right to act is over', async () => {
    const calls: string[] = [];
    let isOver = false;
    const engine = guarded({ host: 'unix:///x', create: async (name: string) => void calls.push(name) }, () => {
      if (isOver) throw new Error('over');
    });
    await engine.create('a');
    isOver = true;
    expect(() => engine.create('b')).toThrow('over');
    expect(calls).toEqual(['a']);
    expect(engine.host).toBe('unix:///x');
  });
});

describe('what an agent keeps', () => {
  let root = '';
  beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'stella-agent-kept-'))));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('an older lease of a task is refused for ever, also by the process that follows', async () => {
    const tasks = join(root, 'fence');
    mkdirSync(tasks);
    expect(await keepTask(tasks, task)).toBeDefined();
    expect(await keepTask(tasks, { ...task, fencingToken: 1 })).toBeUndefined();
    expect((await readKeptTasks(tasks)).map((one) => one.task.fencingToken)).toEqual([2]);
    expect(await keepTask(tasks, { ...task, fencingToken: 3 })).toBeDefined();
    const [kept] = await readKeptTasks(tasks);
    expect(kept?.task).toEqual({ ...task, fencingToken: 3 });
    await kept?.drop();
    expect(await readKeptTasks(tasks)).toEqual([]);
  });

  test('a folder that never got a whole task is removed at the next start', async () => {
    const tasks = join(root, 'torn');
    mkdirSync(join(tasks, task.id), { recursive: true });
    writeFileSync(join(tasks, task.id, 'task.json'), '{"id":');
    expect(await readKeptTasks(tasks)).toEqual([]);
    expect(await readdir(tasks)).toEqual([]);
  });

  test('a second agent is kept out of a folder; a lock of a process that is gone is taken over', async () => {
    const path = join(root, 'agent.pid');
    const unlock = await takeLock(path);
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'AGENT_RUNS' });
    await unlock();
    // The number is in use, by a process that began at another time.
    writeFileSync(path, `${process.pid} 1`);
    const again = await takeLock(path);
    await again();
  });
});

describe('output and pauses', () => {
  test('output keeps its last 64 KiB by whole lines, without what steers a terminal', () => {
    const tail = new OutputTail();
    tail.add('\x1b[31mred\x1b[0m\x07\n');
    expect(tail.text).toBe('red\n');
    for (let line = 0; line < 5_000; line++) tail.add(`line ${line} of a long build\n`);
    expect(tail.text.length).toBeLessThanOrEqual(65_536);
    expect(tail.text).toMatch(/^\[earlier output was cut\]\nline \d+ of a long build\n/);
    expect(tail.text.endsWith('line 4999 of a long build\n')).toBe(true);
    const endless = new OutputTail();
    endless.add('x'.repeat(200_000));
    expect(endless.text.length).toBeLessThanOrEqual(65_536);
  });

  test('pauses grow to twenty seconds, differ between agents, and begin anew after an answer', () => {
    const low = new Backoff({ random: () => 0 });
    const high = new Backoff({ random: () => 0.999 });
    const lows = Array.from({ length: 12 }, () => low.nextMs());
    const highs = Array.from({ length: 12 }, () => high.nextMs());
    expect(lows.slice(0, 3)).toEqual([125, 250, 500]);
    expect(lows.at(-1)).toBe(10_000);
    expect(highs.at(-1)).toBeGreaterThan(19_000);
    low.reset();
    expect(low.nextMs()).toBe(125);
  });
});

test('why a task could not be begun can be told, wherever its reason is cut', () => {
  const cause = new Error(`${'x'.repeat(1999)}\u{1F600}\0`);
  const { receipt } = failedBeforeWork(task, cause, [], fixedClock('2026-01-02T03:04:05.000Z'));
  expect(() => canonicalJson(receipt)).not.toThrow();
  expect(
    failedBeforeWork(task, new Error('a\0b'), [], fixedClock('2026-01-02T03:04:05.000Z')).receipt.error,
  ).toMatchObject({
    message: 'a\uFFFDb',
  });
});
