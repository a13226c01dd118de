import { AppError } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { followEvents } from './follow-events.ts';

interface Event {
  readonly id?: string;
  readonly event: string;
  readonly data: number;
}
const event = (id: string): Event => ({ id, event: 'x', data: Number(id) });
const broken = new AppError('SERVER_UNREACHABLE', { status: 503, exit: 10, retryable: true, hint: '' }, 'gone');
const refused = new AppError('UNAUTHENTICATED', { status: 401, exit: 3, hint: '' }, 'who are you');

/** Connections one after another; an error among the events breaks one, in place of them refuses it. */
function stream(connections: readonly (readonly (Event | Error)[] | Error)[], after?: string) {
  const asked: (string | undefined)[] = [];
  const notices: string[] = [];
  const pauses: number[] = [];
  const events = followEvents<number>({
    after,
    connect: (lastEventId) => {
      const parts = connections[asked.length];
      asked.push(lastEventId);
      return parts instanceof Error ? Promise.reject(parts) : Promise.resolve(sent(parts ?? refused));
    },
    pause: (ms) => Promise.resolve(void pauses.push(ms)),
    notice: (text) => notices.push(text),
  });
  return { asked, notices, pauses, events };
}

async function* sent(parts: readonly (Event | Error)[] | Error): AsyncGenerator<Event> {
  if (parts instanceof Error) throw parts;
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield await Promise.resolve(part);
  }
}

async function take(events: AsyncIterable<Event>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const { id = '' } of events) if (seen.push(id) === count) break;
  return seen;
}

test('a connection that ends or breaks is opened again after the last event, and none comes twice', async () => {
  const { events, asked } = stream([[event('4'), event('6')], [event('7'), broken], broken, [event('9')]], '3');
  expect(await take(events, 4)).toEqual(['4', '6', '7', '9']);
  expect(asked).toEqual(['3', '6', '7', '7']);
});

test('pauses grow while nothing comes, and begin anew after an event', async () => {
  const { events, pauses } = stream([[], broken, broken, [event('1')], [event('2')]]);
  expect(await take(events, 2)).toEqual(['1', '2']);
  expect(pauses).toEqual([500, 1000, 2000, 500]);
});

test('what may be missing is said: without a position seen, nothing tells where to go on', async () => {
  const { events, notices } = stream([[], [event('1')]]);
  expect(await take(events, 1)).toEqual(['1']);
  expect(notices[0]).toContain('is not shown');
});

test('a server that cannot be reached at first, and one that refuses later, are errors', async () => {
  await expect(take(stream([broken]).events, 1)).rejects.toBe(broken);
  await expect(take(stream([[event('1')], refused]).events, 2)).rejects.toBe(refused);
});
