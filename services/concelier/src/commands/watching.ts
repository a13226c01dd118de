import { setTimeout as delay } from 'node:timers/promises';
import type { Watch } from '../config.ts';
import type { Parts } from '../parts.ts';
import { lookAtFolder } from './watch-folder.ts';

export interface Watching {
  /** Resolves when the service has stopped and no folder is looked at any more. */
  ended(): Promise<void>;
}

/**
 * Looks at each folder, then again after its pause, until the service stops. What is under way then breaks off; the next
 * start finds what is left to do.
 */
export function startWatching(parts: Parts, watches: readonly Watch[]): Watching {
  const { stopping } = parts;
  const loops = watches.map(async (watch) => {
    while (!stopping.aborted) {
      await lookAtFolder(parts, watch);
      await delay(watch.everySeconds * 1000, undefined, { signal: stopping }).catch(() => undefined);
    }
  });
  return {
    ended: async () => {
      await Promise.all(loops);
    },
  };
}
