import { expect, test } from 'vitest';
import { readRanges } from '../../layer/file-readers.ts';
import type { GoBinaryFacts } from './parse-modules.ts';
import { golangAnalyzer } from './index.ts';

const SIZE = 256 * 1024;
const DATA_AT = 4096;

/** An ELF executable of one writable segment that begins with a build information header and these bytes. */
function executable(afterHeader: Uint8Array, sizeBytes = SIZE): Buffer {
  const file = Buffer.alloc(SIZE);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeBigUInt64LE(64n, 32); // e_phoff
  file.writeUInt16LE(56, 54); // e_phentsize
  file.writeUInt16LE(1, 56); // e_phnum
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(6, 68); // PF_R | PF_W
  file.writeBigUInt64LE(BigInt(DATA_AT), 72);
  file.writeBigUInt64LE(BigInt(SIZE - DATA_AT), 96);
  file.write('\xff Go buildinf:', DATA_AT, 'latin1');
  file[DATA_AT + 15] = 2;
  file.set(afterHeader, DATA_AT + 32);
  return file.subarray(0, sizeBytes);
}

function probe(file: Buffer) {
  const { content } = golangAnalyzer;
  if (content.kind !== 'ranges') throw new Error('the analyzer reads ranges');
  return readRanges<GoBinaryFacts>(content.probe(file.length), (offset, length) =>
    file.subarray(offset, offset + length),
  );
}

const version = Buffer.from('\x08go1.24.1', 'latin1');

test('build information that is whole is read', () => {
  expect(probe(executable(version))).toMatchObject({ facts: { goVersion: '1.24.1' } });
});

test.each([
  ['cut off inside its header', executable(version, DATA_AT + 20)],
  ['cut off inside its texts', executable(version, DATA_AT + 36)],
  ['with a text longer than any linker writes', executable(Buffer.from([0xff, 0xff, 0xff, 0x7f]))],
  ['with a length that does not end', executable(Buffer.alloc(8, 0xff))],
])('build information %s is a problem, not an executable without modules', (_, file) => {
  expect(probe(file)).toMatchObject({ problems: [{ code: 'GO_BUILDINFO_UNREADABLE' }] });
});
