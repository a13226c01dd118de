import { digestOf } from '@stella-ops/engine-kernel';
import type { ImageLayer } from '@stella-ops/engine-oci';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scanImage } from '../scan-image.ts';
import { tinyElf } from '../testing/tiny-elf.ts';
import { memoryCache } from '../testing/memory-cache.ts';
import { tinyImage } from '../testing/tiny-image.ts';
import { egg, file, tinyTar } from '../testing/tiny-tar.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scan-layer-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

// Larger than every buffer on the way, and nothing that compresses to nothing.
const noise = Buffer.from(Array.from({ length: 900_000 }, (_, i) => Math.imul(i ^ (i >>> 7), 2654435761) >>> 24));
const TAR = tinyTar([egg('first'), file('big', noise), file('bin/tool', tinyElf(300_000)), egg('last', 'y')]);

function fileLayer(name: string, stored: Uint8Array, more: Partial<ImageLayer> = {}): ImageLayer {
  const path = join(folder, name);
  const before = 777;
  writeFileSync(path, Buffer.concat([Buffer.alloc(before, '!'), stored, Buffer.alloc(99, '!')]));
  return {
    digest: digestOf(stored),
    digestIsDiffId: false,
    diffId: digestOf(TAR),
    mediaType: '',
    sizeBytes: stored.length,
    compression: 'sniff',
    isForeign: false,
    file: { path, offset: before },
    open: () => {
      throw new Error('a file is read by position');
    },
    ...more,
  };
}

const names = async (layer: ImageLayer, options = {}) => {
  const { inventory, stats } = await scanImage(tinyImage([layer]), options);
  return { names: inventory.components.map(({ name }) => name), layer: inventory.layers[0], stats };
};
const ALL = ['example.com/tool', 'stdlib', 'x', 'y'];

describe('a layer inside a larger file', () => {
  test.each([
    ['gzip', gzipSync(TAR)],
    ['plain', TAR],
  ])('%s', async (name, stored) => {
    const read = await names(fileLayer(`${name}.layer`, stored));
    expect(read).toMatchObject({ names: ALL, stats: { bytesRead: stored.length } });
  });

  test('a file that ends early is truncated', async () => {
    const layer = fileLayer('short', gzipSync(TAR));
    await expect(names({ ...layer, sizeBytes: layer.sizeBytes + 5000 })).rejects.toMatchObject({
      code: 'LAYER_TRUNCATED',
    });
  });

  test('when damage makes unpacking fail, the digest is what is wrong', async () => {
    const stored = gzipSync(TAR);
    const damaged = Buffer.from(stored);
    damaged.fill(0, 5000, 5100);
    const layer = { ...fileLayer('damaged', damaged), digest: digestOf(stored) };
    await expect(names(layer)).rejects.toMatchObject({ code: 'LAYER_DIGEST_MISMATCH' });
    await expect(names(fileLayer('damaged', damaged))).rejects.toMatchObject({
      exit: 2,
      place: { file: digestOf(damaged) },
    });
  });

  test('a file that is gone is an error, not a crash', async () => {
    const layer = { ...fileLayer('gone', TAR), file: { path: join(folder, 'nothing'), offset: 0 } };
    await expect(names(layer)).rejects.toMatchObject({ code: 'LAYER_UNREADABLE' });
  });
});

describe('a plain layer known by its content', () => {
  const plain = () => fileLayer('plain', TAR, { digestIsDiffId: true });

  test('without a cache its unwanted payload is passed over, and its digest stays a claim', async () => {
    const read = await names(plain());
    expect(read.names).toEqual(ALL);
    expect(read.stats.bytesRead).toBeLessThan(TAR.length / 2);
    expect(read.layer).not.toHaveProperty('diffIdVerified');
  });

  test('with a cache, or when that is asked for, all of it is read and verified', async () => {
    for (const options of [{ cache: memoryCache() }, { verifyDiffIds: true }]) {
      const read = await names(plain(), options);
      expect(read).toMatchObject({ names: ALL, stats: { bytesRead: TAR.length } });
      expect(read.layer?.diffIdVerified).toBe('verifyDiffIds' in options ? true : undefined);
      const forged = { ...plain(), digest: digestOf('other'), diffId: digestOf('other') };
      await expect(names(forged, options)).rejects.toMatchObject({ exit: 2 });
    }
  });

  test('a plain layer of a manifest is always verified', async () => {
    const layer = { ...fileLayer('plain', TAR), digest: digestOf('other') };
    await expect(names(layer)).rejects.toMatchObject({ code: 'LAYER_DIGEST_MISMATCH' });
  });

  test('it may be truncated', async () => {
    const layer = fileLayer('cut', TAR.subarray(0, 100_000), { digestIsDiffId: true });
    await expect(names(layer)).rejects.toMatchObject({ code: 'TAR_TRUNCATED' });
  });
});
