import { expect, test } from 'vitest';
import { createReadiness, type HealthCheck } from './health.ts';

function readinessOf(checks: readonly HealthCheck[], timeoutMs = 1000) {
  const state = { nowMs: 0, isDraining: false, failed: [] as string[] };
  const clock = { now: () => '', monotonicMs: () => state.nowMs };
  const readiness = createReadiness({
    checks,
    clock,
    timeoutMs,
    isDraining: () => state.isDraining,
    failed: (name, error) => state.failed.push(`${name}: ${(error as Error).message}`),
  });
  return { readiness, state };
}
const good: HealthCheck = { name: 'good', run: () => Promise.resolve() };

test('one failing check makes the process unready, and only the log says why', async () => {
  const bad: HealthCheck = { name: 'bad', run: () => Promise.reject(new Error('10.0.0.1 refused')) };
  const { readiness, state } = readinessOf([good, bad]);
  const answer = await readiness();
  expect(answer).toMatchObject({ status: 'failing', checks: [{ status: 'ok' }, { name: 'bad', status: 'failing' }] });
  expect(JSON.stringify(answer)).not.toContain('10.0.0.1');
  expect(state.failed).toEqual(['bad: 10.0.0.1 refused']);
});

test('what is degraded is told, and takes the process from nobody', async () => {
  const worn: HealthCheck = { name: 'worn', run: () => Promise.resolve('degraded') };
  expect(await readinessOf([good, worn]).readiness()).toMatchObject({
    status: 'ready',
    checks: [{ status: 'ok' }, { name: 'worn', status: 'degraded' }],
  });
});

test('a check that hangs fails in time and is told to stop', async () => {
  let isStopped = false;
  const hanging: HealthCheck = {
    name: 'hangs',
    run: (signal) => new Promise(() => signal.addEventListener('abort', () => (isStopped = true))),
  };
  expect((await readinessOf([hanging], 10).readiness()).status).toBe('failing');
  expect(isStopped).toBe(true);
});

test('a flood of probes runs the checks once a second', async () => {
  let runs = 0;
  const { readiness, state } = readinessOf([{ name: 'counted', run: () => Promise.resolve(void runs++) }]);
  await Promise.all(Array.from({ length: 100 }, readiness));
  expect(runs).toBe(1);
  state.nowMs = 1000;
  await readiness();
  expect(runs).toBe(2);
});

test('a draining process says so and asks nobody', async () => {
  let runs = 0;
  const { readiness, state } = readinessOf([{ name: 'counted', run: () => Promise.resolve(void runs++) }]);
  state.isDraining = true;
  expect(await readiness()).toEqual({ status: 'draining', checks: [] });
  expect(runs).toBe(0);
});
