import { inspect } from 'node:util';

/** Asks until an answer is as it should be. @throws with the last answer when it does not come about */
export async function until<T>(read: () => Promise<T>, isReached: (value: T) => boolean, ms = 120_000): Promise<T> {
  const endsAtMs = performance.now() + ms;
  for (;;) {
    const value = await read();
    if (isReached(value)) return value;
    if (performance.now() > endsAtMs)
      throw new Error(`did not come about: ${inspect(value, { depth: 8 }).slice(0, 3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
