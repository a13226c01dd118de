import type { StreamEvent } from '@stella-ops/contracts';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether a reader who names a position can go on from there. */
export interface Resumption {
  /** Events after this position are next. */
  readonly after: bigint;
  /** The reader's position is no longer kept, or none of this stream: it must read everything anew first. */
  readonly isReset: boolean;
}

/**
 * Where an event stream goes on.
 *
 * @param lastEventId the `Last-Event-ID` header; `undefined` starts at the newest event
 * @param kept positions grow and may skip, so what counts is the last one that was removed (0 for none), not the first
 *   that is there
 */
export function resumeFrom(
  lastEventId: string | undefined,
  kept: { readonly removedThrough: bigint; readonly newest: bigint },
): Resumption {
  if (lastEventId === undefined) return { after: kept.newest, isReset: false };
  const position = /^(?:0|[1-9]\d{0,18})$/.test(lastEventId) ? BigInt(lastEventId) : undefined;
  // A position from the future is another database's.
  const isKept = position !== undefined && position >= kept.removedThrough && position <= kept.newest;
  return isKept ? { after: position, isReset: false } : { after: kept.newest, isReset: true };
}

/** Tells the reader that its position is gone and from where the stream goes on. */
export function resetEvent(after: bigint): StreamEvent<never> {
  return { id: String(after), event: 'reset', data: { after: String(after) } as never };
}

const COMMENT = Buffer.from(':\n\n');

/**
 * Writes server-sent events, with a comment at once and whenever nothing else was sent for a while: proxies close silent
 * connections, and a dead reader is noticed only by writing to it.
 *
 * @param source is told by its signal when the reader is gone
 */
export async function* encodeEvents(
  source: (signal: AbortSignal) => AsyncIterable<StreamEvent<unknown>>,
  heartbeatMs: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const iterator = source(stop)[Symbol.asyncIterator]();
  const stopped = new Promise<'stopped'>((resolve) => {
    stop.addEventListener('abort', () => resolve('stopped'), { once: true });
    if (stop.aborted) resolve('stopped');
  });
  try {
    let next = iterator.next();
    // A fault that comes before it is waited for is found below.
    next.catch(() => undefined);
    // The head of an answer leaves with its first bytes: a reader of a quiet stream would not know that it is open.
    yield COMMENT;
    for (;;) {
      const pause = new AbortController();
      const beat = delay(heartbeatMs, 'beat' as const, { signal: pause.signal, ref: false });
      beat.catch(() => undefined);
      const first = await Promise.race([next, beat, stopped]);
      pause.abort();
      if (first === 'stopped') return;
      if (first === 'beat') {
        yield COMMENT;
        continue;
      }
      if (first.done === true) return;
      yield Buffer.from(encode(first.value));
      next = iterator.next();
    }
  } finally {
    ended.abort();
    // Not awaited: `return()` of a generator waits for the step that is under way, which the signal ends in its own time.
    iterator.return?.().then(
      () => undefined,
      () => undefined,
    );
  }
}

function encode(event: StreamEvent<unknown>): string {
  const id = event.id === undefined ? '' : `id: ${oneLine(event.id)}\n`;
  // JSON text has no line breaks, so one data line carries it.
  return `${id}event: ${oneLine(event.event)}\ndata: ${JSON.stringify(event.data)}\n\n`;
}

/** A line break in a field would begin another one. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}
