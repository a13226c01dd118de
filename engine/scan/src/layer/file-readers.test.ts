import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteRange, Parsed, RangeReader } from '../analyzers/analyzer.ts';
import { RangeSink, readRanges, WholeFileSink } from './file-readers.ts';

const FILE = Buffer.from(Array.from({ length: 200 }, (_, i) => i));

function feed(sink: { write(chunk: Uint8Array): void; end(): void }, cuts: readonly number[]): void {
  let at = 0;
  for (const cut of [...cuts, FILE.length].sort((a, b) => a - b)) {
    // A copy that is spoilt after the call: chunks are only valid during it.
    const chunk = Buffer.from(FILE.subarray(at, cut));
    if (chunk.length > 0) sink.write(chunk);
    chunk.fill(0xee);
    at = cut;
  }
  sink.end();
}

test('a whole file comes together from any chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(FILE.length)), (cuts) => {
      const got: Buffer[] = [];
      feed(new WholeFileSink(FILE.length, (bytes) => got.push(Buffer.from(bytes))), cuts);
      expect(got).toEqual([FILE]);
    }),
  );
});

test('an empty file is a file', () => {
  const got: number[] = [];
  new WholeFileSink(0, (bytes) => got.push(bytes.length)).end();
  expect(got).toEqual([0]);
});

const anyRanges = fc.array(fc.tuple(fc.nat(40), fc.nat(60)), { maxLength: 6 }).map((steps) => {
  let offset = 0;
  return steps.map(([gap, length]): ByteRange => {
    const range = { offset: offset + gap, length };
    offset += gap + length;
    return range;
  });
});

function* reader(ranges: readonly ByteRange[]): RangeReader<string[]> {
  const facts: string[] = [];
  for (const range of ranges) facts.push(Buffer.from(yield range).toString('hex'));
  return { facts };
}

test('ranges read from a stream are those read by position, past the end too', () => {
  fc.assert(
    fc.property(anyRanges, fc.array(fc.nat(FILE.length)), (ranges, cuts) => {
      const expected = readRanges(reader(ranges), (offset, length) => FILE.subarray(offset, offset + length));
      const got: Parsed<string[]>[] = [];
      feed(new RangeSink(reader(ranges), (parsed) => got.push(parsed)), cuts);
      expect(got).toEqual([expected]);
    }),
  );
});
