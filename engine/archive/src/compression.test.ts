import { describe, expect, test } from 'vitest';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { collectBytes, fromChunks } from './chunks.ts';
import { compress } from './compress.ts';
import { sniffCompression } from './compression.ts';
import { decompress, type DecompressLimits } from './decompress.ts';

const TEXT = Buffer.from('a rose is a rose is a rose. '.repeat(3000));
const COMPRESSORS = {
  gzip: (bytes: Buffer) => gzipSync(bytes),
  zstd: (bytes: Buffer) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
};
const SKIPPABLE = Buffer.concat([Buffer.from('5f2a4d1803000000', 'hex'), Buffer.from('any')]);

function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const undo = (bytes: Buffer, size = 1 << 20, limits: DecompressLimits = {}) =>
  collectBytes(decompress(fromChunks(cut(bytes, size)), 'sniff', limits));

const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

describe.each(['gzip', 'zstd'] as const)('%s', (kind) => {
  const one = COMPRESSORS[kind](TEXT);
  const sizes = [1, 7, one.length - 1, one.length, one.length + 1, 1 << 20];

  test('round trips, one part or many, cut anywhere', async () => {
    const ours = await collectBytes(compress(fromChunks([TEXT]), kind));
    expect(sniffCompression(ours)).toBe(kind);
    for (const size of sizes) {
      expect((await undo(ours, size)).equals(TEXT)).toBe(true);
      expect((await undo(Buffer.concat([one, one, one]), size)).equals(Buffer.concat([TEXT, TEXT, TEXT]))).toBe(true);
    }
  });

  test('the bytes do not depend on how the data was cut', async () => {
    const noise = Buffer.from(Array.from({ length: 700_000 }, (_, i) => ((i * i) % 251) ^ (i >> 9)));
    const [whole, ...others] = await Promise.all(
      [noise.length, 100_000, 777].map((size) => collectBytes(compress(fromChunks(cut(noise, size)), kind))),
    );
    for (const other of others) expect(other.equals(whole as Buffer)).toBe(true);
  });

  test('data that ends early is truncated, wherever it is cut', async () => {
    const twice = Buffer.concat([one, one]);
    for (const length of [0, 3, one.length - 5, one.length - 1, one.length + 9, twice.length - 1]) {
      const cutShort = collectBytes(decompress(fromChunks([twice.subarray(0, length)]), kind));
      await expect(cutShort, String(length)).rejects.toThrow(code('COMPRESSION_TRUNCATED'));
    }
  });

  test('zeros behind the data are trailing data', async () => {
    const padded = Buffer.concat([one, Buffer.alloc(20)]);
    for (const size of sizes) await expect(undo(padded, size)).rejects.toThrow(code('COMPRESSION_TRAILING_DATA'));
  });

  test('other bytes behind the data are refused', async () => {
    // A single byte behind a gzip member reads as the start of one more.
    const gzipCodes = { 'garbage!': 'INVALID', g: 'TRUNCATED', '\x1f': 'TRUNCATED' };
    for (const [tail, gzipCode] of Object.entries(gzipCodes)) {
      const dirty = Buffer.concat([one, Buffer.from(tail, 'latin1')]);
      const expected = kind === 'zstd' ? 'TRAILING_DATA' : gzipCode;
      for (const size of sizes) await expect(undo(dirty, size)).rejects.toThrow(code(`COMPRESSION_${expected}`));
    }
  });

  test('damaged data is refused by its checksum', async () => {
    const bad = Buffer.from(one);
    const at = bad.length - 6;
    bad[at] = (bad[at] as number) ^ 1;
    await expect(undo(bad)).rejects.toThrow(/COMPRESSION|damaged|ends early/);
  });

  test('a bomb is stopped by bytes and by ratio', async () => {
    const fuse = COMPRESSORS[kind](Buffer.alloc(10 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 8 }, () => fuse));
    await expect(undo(bomb, 1 << 20, { maxBytes: 1 << 20 })).rejects.toThrow(code('COMPRESSION_TOO_LARGE'));
    await expect(undo(bomb, 1 << 20, { maxRatio: 100 })).rejects.toThrow(code('COMPRESSION_RATIO'));
    await expect(undo(bomb, 1 << 20, { maxRatio: 1e6 })).resolves.toHaveLength(80 * 1024 * 1024);
  });

  test('stopping early closes the source', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) yield one;
      } finally {
        closed = true;
      }
    }
    for await (const chunk of decompress(source(), kind)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => closed).toBe(true);
  });

  test('an error of the source is passed on as it is', async () => {
    async function* source() {
      yield one.subarray(0, 20);
      throw new Error('disk gone');
    }
    await expect(collectBytes(decompress(source(), kind))).rejects.toThrow('disk gone');
  });
});

describe('zstd frames', () => {
  const frame = COMPRESSORS.zstd(TEXT);

  test('skippable and empty frames are passed over', async () => {
    const empty = COMPRESSORS.zstd(Buffer.alloc(0));
    const mixed = Buffer.concat([SKIPPABLE, frame, SKIPPABLE, empty, frame, SKIPPABLE]);
    for (const size of [1, 5, 30, 1 << 20]) {
      expect((await undo(mixed, size)).equals(Buffer.concat([TEXT, TEXT]))).toBe(true);
    }
  });

  test('every form of frame header and block is walked', async () => {
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24));
    for (const bytes of [
      Buffer.from('x'),
      Buffer.alloc(200_000),
      noise,
      Buffer.alloc(70_000, 'ab'),
      noise.subarray(0, 300),
    ]) {
      for (const level of [1, 3, 19]) {
        const plain = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
        const sized = zstdCompressSync(bytes, { pledgedSrcSize: bytes.length });
        expect(
          (await undo(Buffer.concat([plain, sized, frame]), 999)).equals(Buffer.concat([bytes, bytes, TEXT])),
        ).toBe(true);
      }
    }
  });

  test('a window over 128 MiB is refused', async () => {
    const wide = Buffer.concat([
      Buffer.from('28b52ffd', 'hex'),
      Buffer.from([0x00, 0x98]),
      Buffer.from('010000', 'hex'),
    ]);
    await expect(undo(wide)).rejects.toThrow(code('COMPRESSION_WINDOW_TOO_LARGE'));
  });
});

test('plain data passes, within its limit', async () => {
  expect((await undo(TEXT, 100)).equals(TEXT)).toBe(true);
  expect(await undo(Buffer.alloc(0))).toHaveLength(0);
  await expect(undo(TEXT, 100, { maxBytes: TEXT.length - 1, file: 'x.tar' })).rejects.toThrow(
    expect.objectContaining({ code: 'COMPRESSION_TOO_LARGE', place: { file: 'x.tar' } }),
  );
});

test('xz and bzip2 are named, a tar member called BZh1 is not taken for one', () => {
  expect(() => sniffCompression(Buffer.from('fd377a585a000004e6d6', 'hex'))).toThrow(code('COMPRESSION_UNSUPPORTED'));
  expect(() => sniffCompression(Buffer.from('BZh91AY&SY'))).toThrow(code('COMPRESSION_UNSUPPORTED'));
  expect(sniffCompression(Buffer.from('BZh1.txt\0\0'))).toBe('none');
  expect(sniffCompression(Buffer.alloc(0))).toBe('none');
});

test('a gzip member names no time, no file and no operating system', async () => {
  const head = (await collectBytes(compress(fromChunks([TEXT]), 'gzip'))).subarray(0, 10);
  expect(head.toString('hex')).toBe('1f8b08000000000000ff');
});
