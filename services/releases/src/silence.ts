import type { Deps } from './deps.ts';
import { later } from './domain/next-look.ts';

/** Since when something must have been silent to be stale. */
export function silentSince({ clock, config }: Pick<Deps, 'clock' | 'config'>): string {
  return later(clock.now(), -config.staleSeconds * 1000);
}
