import type { EventEmitter } from 'node:events';

/**
 * Calls `stop` at the first SIGTERM or SIGINT, once; at the second, `force`: somebody is waiting at the terminal.
 *
 * @returns takes the handlers away again
 */
export function onTermination(
  process: EventEmitter,
  stop: (signal: 'SIGTERM' | 'SIGINT') => void,
  force: () => void,
): () => void {
  let isStopping = false;
  const handlerOf = (signal: 'SIGTERM' | 'SIGINT') => () => {
    if (isStopping) return force();
    isStopping = true;
    stop(signal);
  };
  const handlers = { SIGTERM: handlerOf('SIGTERM'), SIGINT: handlerOf('SIGINT') };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
  };
}
