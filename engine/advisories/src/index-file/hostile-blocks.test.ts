import { AppError } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteCursor } from './byte-cursor.ts';
import { ByteWriter } from './byte-writer.ts';
import { withCheck } from './checked-block.ts';
import { decodeColdDirectory, openColdBlock } from './cold-blocks.ts';
import { decodeKeyDirectory, decodeKeyPage } from './key-pages.ts';
import { decodePosting } from './posting.ts';
import { decodeRecord } from './record-block.ts';
import { decodeSeverities } from './severity-table.ts';

// A checksum guards against accidents only: a hostile file has all of them right.
const DECODERS: readonly [string, (bytes: Buffer) => unknown][] = [
  ['posting', (bytes) => decodePosting(bytes, true, 10)],
  ['posting without keys', (bytes) => decodePosting(bytes, false, 10)],
  ['record', (bytes) => decodeRecord(bytes, 3)],
  ['key page', (bytes) => decodeKeyPage(withCheck(bytes), 0)],
  ['key directory', decodeKeyDirectory],
  ['cold directory', decodeColdDirectory],
  ['cold block', (bytes) => openColdBlock(withCheck(bytes), 1_000)],
  ['severities', decodeSeverities],
];

const numbers = fc.array(fc.oneof(fc.nat(5), fc.nat(300), fc.constant(2 ** 52)), { maxLength: 60 }).map((all) => {
  const writer = new ByteWriter();
  for (const one of all) writer.number(one);
  return writer.bytes();
});
const anyBlock = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  numbers,
);

test.each(DECODERS)('a made-up %s is read or refused, and nothing else happens', (_, decode) => {
  fc.assert(
    fc.property(anyBlock, (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect(error).toMatchObject({ code: 'INDEX_DAMAGED' });
      }
    }),
    { numRuns: 2_000 },
  );
});

test('numbers and texts come back as they were written', () => {
  const anyText = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(fc.maxSafeNat(), anyText, anyText, (number, first, second) => {
      const writer = new ByteWriter();
      writer.number(number);
      writer.text(first);
      writer.textAfter(first, second);
      const cursor = new ByteCursor(writer.bytes());
      const read = [cursor.number(), cursor.text()];
      expect([...read, cursor.textAfter(first), cursor.isAtEnd]).toEqual([number, first, second, true]);
    }),
  );
});
