import { fixedClock } from '@stella-ops/engine-kernel';
import type { Context } from '../context.ts';

/** A context that touches nothing: no environment, a clock that stands, an empty standard input, no terminal. */
export function testContext(given: Partial<Context> = {}): Context {
  return {
    env: {},
    clock: fixedClock('2026-01-02T03:04:05Z'),
    cwd: '/',
    stdin: stdinOf(),
    isTerminal: false,
    askSecret: () => Promise.resolve(undefined),
    progress: () => undefined,
    notice: () => undefined,
    line: () => undefined,
    ...given,
  };
}

export async function* stdinOf(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}
