import type { ObservedContainer } from '@stella-ops/engine-deploy';
import { AppError, EXIT } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import type { Log } from '../log.ts';
import { system } from '../system.ts';
import { scriptedRoutes } from '../testing/scripted-routes.ts';
import type { Host } from '../tasks/host.ts';
import { TargetWatch } from './target-watch.ts';

const TARGET = { id: '0193b6a0-0000-7000-8000-0000000000aa', name: 'web-1', kind: 'docker' as const };

function containerOf(imageId: string): ObservedContainer {
  return {
    containerId: 'c1',
    name: 'web',
    labels: {},
    imageId,
    repoDigests: [],
    state: 'running',
    health: 'none',
    startedAt: null,
  };
}

/** A target whose containers and events the test makes. */
class World {
  containers: readonly ObservedContainer[] = [containerOf('sha256:a')];
  isAway = false;
  looks = 0;
  readonly told: { readonly atMs: number; readonly containers: readonly ObservedContainer[] }[] = [];
  readonly warnings: string[] = [];
  #happened = Promise.withResolvers<void>();

  happen(): void {
    this.#happened.resolve();
  }

  watch(sweepMs: number, monotonicMs: () => number = () => system.monotonicMs()): TargetWatch {
    const host: Host = {
      sweepMs,
      executor: () => {
        throw new Error('a watch does nothing');
      },
      observe: () => {
        this.looks++;
        if (!this.isAway) return Promise.resolve({ engineVersion: '20.10', containers: this.containers });
        const row = { status: 503, exit: EXIT.retry, hint: 'start it' } as const;
        return Promise.reject(new AppError('DOCKER_NOT_RUNNING', row, 'away'));
      },
      changes: (_target, signal) => this.#events(signal),
      platform: () => Promise.resolve('linux/amd64'),
    };
    const routes = scriptedRoutes((_name, body) => {
      this.told.push({ atMs: performance.now(), containers: body['containers'] as ObservedContainer[] });
      return Promise.resolve({ body: { drift: 0 } });
    });
    const log: Log = { info: () => undefined, warn: (message) => this.warnings.push(message) };
    return new TargetWatch(TARGET, { host, routes, system: { ...system, monotonicMs }, log });
  }

  async *#events(signal: AbortSignal): AsyncGenerator<undefined, void> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    while (!signal.aborted) {
      await Promise.race([this.#happened.promise, aborted]);
      if (signal.aborted) return;
      this.#happened = Promise.withResolvers<void>();
      yield undefined;
    }
  }
}

async function until(is: () => boolean): Promise<void> {
  const endsAtMs = performance.now() + 10_000;
  while (!is()) {
    if (performance.now() > endsAtMs) throw new Error('did not come about');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('watching a target', () => {
  test('a change that the Engine tells of is told within a second, long before the next sweep', async () => {
    const world = new World();
    const watch = world.watch(60_000);
    await until(() => world.told.length === 1);
    world.containers = [containerOf('sha256:b')];
    const changedAtMs = performance.now();
    world.happen();
    await until(() => world.told.length === 2);
    await watch.stop();
    expect((world.told[1]?.atMs ?? Infinity) - changedAtMs).toBeLessThan(1_000);
    expect(world.told[1]?.containers).toEqual([containerOf('sha256:b')]);
  });

  test('what has not changed is told again only after half a minute', async () => {
    const world = new World();
    let skippedMs = 0;
    const watch = world.watch(10, () => performance.now() + skippedMs);
    await until(() => world.looks > 5);
    expect(world.told).toHaveLength(1);
    skippedMs = 30_000;
    await until(() => world.told.length === 2);
    await watch.stop();
  });

  test('an Engine that is away is never told of as an empty one, and its return is told', async () => {
    const world = new World();
    world.isAway = true;
    const watch = world.watch(10);
    await until(() => world.looks > 2);
    expect(world.told).toEqual([]);
    expect(world.warnings).toHaveLength(1);
    world.isAway = false;
    await until(() => world.told.length === 1);
    await watch.stop();
  });
});
