import { setImmediate } from 'node:timers/promises';

/** Lets the process do what waits before long work goes on. */
export const breathe = (): Promise<void> => setImmediate();

export function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[], void> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
