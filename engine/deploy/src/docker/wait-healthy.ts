import { setTimeout as pause } from 'node:timers/promises';
import type { EngineContainer } from '@stella-ops/engine-docker';
import { fail } from '../errors.ts';
import type { StepContext } from '../types.ts';
import type { DockerExecutorOptions } from './container-engine.ts';
import { SETTLE_MS } from './plan-deployment.ts';

/** Room for an engine that is busy. */
const MARGIN_MS = 10_000;
const LOG_LINES = 20;

/**
 * Waits until a container's health check says healthy or, without one, until it has run for a while. Time is counted in
 * pauses, so a host that slept does not fail its deployments.
 *
 * @throws AppError `DEPLOY_NOT_HEALTHY` at once when it exits, restarts or is unhealthy, and after its start period and
 *   all its retries; `DEPLOY_CONTAINER_GONE`
 */
export async function waitHealthy(
  { docker, pollMs = 250, settleMs = SETTLE_MS }: DockerExecutorOptions,
  id: string,
  context: StepContext,
): Promise<EngineContainer> {
  let waitedMs = 0;
  const refuse = async (one: EngineContainer, what: string): Promise<never> => {
    const log = await docker.containerLogs(id, LOG_LINES).catch(() => '');
    // An Engine that is told to remove a container kills it first, which looks like a fault of the container.
    await pause(pollMs, undefined, { signal: context.signal });
    if ((await docker.inspectContainer(id)) === undefined) throw gone(id);
    context.output(`${one.name} ${what}. Its last lines:\n${log}\n`);
    const [last = ''] = log.trimEnd().split('\n').slice(-1);
    throw fail('DEPLOY_NOT_HEALTHY', `${one.name} ${what}${last === '' ? '' : `; it said: ${last.slice(0, 300)}`}`);
  };
  for (;;) {
    context.signal.throwIfAborted();
    const one = await docker.inspectContainer(id);
    if (one === undefined) throw gone(id);
    if (one.state === 'exited' || one.state === 'dead') {
      await refuse(one, `ended with code ${one.exitCode}${one.error === '' ? '' : ` (${one.error})`}`);
    }
    if (one.state === 'restarting' || one.restartCount > 0)
      await refuse(one, `ends with code ${one.exitCode} again and again`);
    if (one.health === 'unhealthy') await refuse(one, 'is unhealthy');
    const check = one.healthcheck;
    if (check === null ? waitedMs >= settleMs : one.health === 'healthy') return one;
    const longestMs =
      check === null
        ? settleMs
        : check.startPeriodMs + (check.intervalMs + check.timeoutMs) * (check.retries + 1) + MARGIN_MS;
    if (check !== null && waitedMs >= longestMs)
      await refuse(one, `was not healthy within ${Math.round(longestMs / 1000)} s`);
    await pause(pollMs, undefined, { signal: context.signal });
    waitedMs += pollMs;
  }
}

const gone = (id: string) => fail('DEPLOY_CONTAINER_GONE', `the new container ${id.slice(0, 12)} is gone`);
