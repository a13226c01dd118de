import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEventStream, type TextEvent } from './event-stream.ts';

async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function collect(events: AsyncIterable<TextEvent>): Promise<TextEvent[]> {
  const all: TextEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}
const read = (text: string, size = 1 << 16): Promise<TextEvent[]> => collect(readEventStream(cut(text, size)));

test('messages, comments, multi-line data and all three line ends are read as the specification says', async () => {
  const text = ': hello\r\nid: 7\nevent: a\ndata: one\ndata:two\n\rdata\r\r\ndata: last\n\n';
  expect(await read(text)).toEqual([
    { id: '7', event: 'a', data: 'one\ntwo' },
    { id: '7', event: 'message', data: '' },
    { id: '7', event: 'message', data: 'last' },
  ]);
});

test('a message that the stream cuts off is dropped', async () => {
  expect(await read('data: whole\n\ndata: half\n')).toEqual([{ event: 'message', data: 'whole' }]);
});

test('where the chunks are cut makes no difference', async () => {
  const text = 'id: 1\r\ndata: grüße\r\n\r\nid: 2\revent: x\rdata: 🙂\r\rdata: z\n\n';
  const whole = await read(text);
  expect(whole).toHaveLength(3);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (size) => {
      expect(await read(text, size)).toEqual(whole);
    }),
  );
});

test('a message without end does not fill the memory', async () => {
  async function* flood(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.from(`data: ${'x'.repeat(1 << 20)}\n`);
  }
  await expect(collect(readEventStream(flood()))).rejects.toThrow(RangeError);
});
