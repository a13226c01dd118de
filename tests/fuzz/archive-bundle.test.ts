import { packBundle, readBundle } from '@stella-ops/engine-archive';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { regionsOf } from '../../engine/archive/src/testing/regions.ts';
import { sampleBundle, SEAL } from '../../engine/archive/src/testing/sample-bundle.ts';

const read = (bytes: Uint8Array) => readBundle(bytes, { sealNames: [SEAL] });

async function pack(compression: 'none' | 'gzip' | 'zstd'): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of packBundle(sampleBundle(compression))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe('a flipped bit in the plain archive', async () => {
  const bundle = await pack('none');
  // What a seal says is checked by its signature, not by the archive.
  const regions = regionsOf(bundle).filter(({ path, part }) => !(path === SEAL && part === 'content'));

  test('the regions cover the archive', () => {
    const covered = regions.reduce((sum, { start, end }) => sum + end - start, 0);
    const seal = regionsOf(bundle).find(({ path, part }) => path === SEAL && part === 'content');
    expect(covered + (seal?.end ?? 0) - (seal?.start ?? 0)).toBe(bundle.length);
    expect(new Set(regions.map((region) => region.part))).toEqual(new Set(['header', 'content', 'padding', 'end']));
  });

  test.each(regions.map((region) => [region.path, region.part, region] as const))(
    'is a fault that names the member: %s, %s',
    async (path, _part, { start, end }) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: start * 8, max: end * 8 - 1 }), async (bit) => {
          const { faults } = await read(flipped(bundle, bit));
          expect(faults.map((fault) => fault.file)).toContain(path);
        }),
        { numRuns: 100 },
      );
    },
  );
});

describe.each(['gzip', 'zstd'] as const)('a flipped bit in the %s archive', async (compression) => {
  const plain = await read(await pack('none'));
  const packed = await pack(compression);

  test('is a fault, or decodes to the same bytes', async () => {
    let faulty = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: packed.length * 8 - 1 }), async (bit) => {
        const content = await read(flipped(packed, bit));
        if (content.faults.length > 0) faulty++;
        else expect(content).toEqual(plain);
      }),
      { numRuns: 1000 },
    );
    expect(faulty).toBeGreaterThan(900);
  });
});
