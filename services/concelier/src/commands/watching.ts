import { setTimeout as delay } from 'node:timers/promises';
import type { Watch } from '../config.ts';
import type { Parts } from '../parts.ts';
import { lookAtFolder } from './watch-folder.ts';

export interface Watching {
  /** Breaks off what is under way; an import goes on where it stopped at the next start. */
  stop(): Promise<void>;
}

/** Looks at each folder, then again after its pause, until stopped. */
export function startWatching(parts: Parts, watches: readonly Watch[]): Watching {
  const stopped = new AbortController();
  const loops = watches.map(async (watch) => {
    while (!stopped.signal.aborted) {
      await lookAtFolder(parts, watch, stopped.signal);
      await delay(watch.everySeconds * 1000, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  });
  return {
    stop: async () => {
      stopped.abort();
      await Promise.all(loops);
    },
  };
}
