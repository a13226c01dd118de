import { readEventStream, type StreamEvent } from '@stella-ops/contracts';
import { describe, expect, test } from 'vitest';
import { encodeEvents, resumeFrom } from './event-stream.ts';

describe('resuming', () => {
  const kept = { removedThrough: 9n, newest: 20n };
  test.each<[string | undefined, bigint, boolean]>([
    [undefined, 20n, false],
    ['20', 20n, false],
    ['15', 15n, false],
    ['9', 9n, false],
    ['8', 20n, true],
    ['21', 20n, true],
    ['-1', 20n, true],
    ['015', 20n, true],
    ['1e1', 20n, true],
    ['99999999999999999999999', 20n, true],
    ['', 20n, true],
  ])('from %j goes on after %i, reset %s', (lastEventId, after, isReset) => {
    expect(resumeFrom(lastEventId, kept)).toEqual({ after, isReset });
  });
});

describe('an encoded stream', () => {
  const listOf = async (
    source: (signal: AbortSignal) => AsyncIterable<StreamEvent<unknown>>,
    signal = new AbortController().signal,
  ) => {
    const all: unknown[] = [];
    for await (const event of readEventStream(encodeEvents(source, 10_000, signal))) all.push(event);
    return all;
  };

  test('carries any JSON in one line each', async () => {
    async function* source(): AsyncGenerator<StreamEvent<unknown>> {
      yield await Promise.resolve({ id: '1', event: 'a', data: { text: 'x\n\ndata: y\r\u2028' } });
    }
    expect(await listOf(source)).toEqual([
      { id: '1', event: 'a', data: JSON.stringify({ text: 'x\n\ndata: y\r\u2028' }) },
    ]);
  });

  test('lets no line break out of id and type', async () => {
    async function* source(): AsyncGenerator<StreamEvent<unknown>> {
      yield await Promise.resolve({ id: '1\nevent: forged', event: 'a\r\ndata: forged', data: 1 });
    }
    expect(await listOf(source)).toEqual([{ id: '1 event: forged', event: 'a  data: forged', data: '1' }]);
  });

  test('begins with a comment, so that a reader knows at once that it is open', async () => {
    async function* source(): AsyncGenerator<StreamEvent<unknown>> {
      await new Promise<void>(() => undefined);
      yield { event: 'never', data: 1 };
    }
    const stream = encodeEvents(source, 10_000, new AbortController().signal);
    expect(Buffer.from((await stream.next()).value ?? []).toString()).toBe(':\n\n');
    await stream.return();
  });

  test('ends at once when it is stopped, though its source is silent', async () => {
    const controller = new AbortController();
    const told = Promise.withResolvers<void>();
    async function* source(signal: AbortSignal): AsyncGenerator<StreamEvent<unknown>> {
      signal.addEventListener('abort', () => told.resolve());
      await new Promise<void>(() => undefined);
      yield { event: 'never', data: 1 };
    }
    const list = listOf(source, controller.signal);
    controller.abort();
    expect(await list).toEqual([]);
    await told.promise;
  });

  test('passes the fault of its source on', async () => {
    async function* source(): AsyncGenerator<StreamEvent<unknown>> {
      yield await Promise.resolve({ event: 'a', data: 1 });
      throw new Error('torn');
    }
    await expect(listOf(source)).rejects.toThrow('torn');
  });
});
