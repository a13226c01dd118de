import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { observeTarget, scriptExecutor, type ScriptExecutorOptions } from '@stella-ops/engine-deploy';
import { hostPlatform } from '../system.ts';
import { guarded } from './guarded.ts';
import type { Host } from './host.ts';

/** A look at a script target reads one link: often enough that a change by hand is seen within seconds. */
const SWEEP_MS = 2_000;
const NEVER_MS = 3_600_000;

/** Folders below one root, one for each script target. */
export function scriptHost(root: string, openImage: NonNullable<ScriptExecutorOptions['openImage']>): Host {
  const open = (name: string) => scriptExecutor({ root: join(root, name), openImage });
  return {
    sweepMs: SWEEP_MS,
    executor: (target, check) => guarded(open(target.name), check),
    observe: async (target, signal) => ({
      engineVersion: null,
      containers: await observeTarget(open(target.name), signal),
    }),
    // Sweeps are all there is.
    changes: (_target, signal) => setInterval(NEVER_MS, undefined, { signal }),
    platform: () => Promise.resolve(hostPlatform()),
  };
}
