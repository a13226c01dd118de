import { AppError, canonicalJson, digestOf } from '@stella-ops/engine-kernel';
import type { Image } from '@stella-ops/engine-oci';
import { scanImage } from '@stella-ops/engine-scan';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tinyElf } from '../../engine/scan/src/testing/tiny-elf.ts';
import { tinyImage, tinyLayer } from '../../engine/scan/src/testing/tiny-image.ts';
import { file, type TinyEntry, tinyTar } from '../../engine/scan/src/testing/tiny-tar.ts';

/** What became of an image: its inventory, or the code of an error. Anything but an AppError is a defect and passes through. */
async function fateOf(image: Image): Promise<string> {
  try {
    const { inventory } = await scanImage(image, { limits: { maxLayerBytes: 1 << 24 } });
    return canonicalJson({ ...inventory, layers: [], subject: {} });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.exit).toBe(2);
    expect(error.hint).not.toBe('');
    return error.code;
  }
}

const SEED = tinyTar([
  file('etc/os-release', 'ID=debian\nVERSION_ID=12\n'),
  file('var/lib/dpkg/status', 'Package: bash\nStatus: install ok installed\nVersion: 5\nDepends: libc6 | x\n'),
  file('node_modules/a/package.json', '{"name":"a","version":"1","dependencies":{"b":"1"}}'),
  file('site/b.dist-info/METADATA', 'Name: b\nVersion: 1\n\ntext'),
  { path: 'lib', flag: '2', link: 'usr/lib' },
  { path: 'site/.wh.c', flag: '0' },
  file('bin/tool', tinyElf(270_000)),
]);

test('a damaged layer ends in an inventory or in an error with a code, never in a crash', async () => {
  // Most of the bytes are the zeros of the binary: damage goes to the rest.
  const interesting = [...SEED.keys()].filter((at) =>
    SEED[at] !== 0 || at % 512 < 345 ? at < 9000 || at % 97 === 0 : false,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...interesting), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (changes) => {
        const tar = Buffer.from(SEED);
        for (const [at, value] of changes) tar[at] = value;
        await fateOf(tinyImage([tinyLayer(tar, 'none')]));
      },
    ),
    { numRuns: 600 },
  );
});

test('records of any text are read or told', async () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json({ maxDepth: 4 }),
    fc
      .array(
        fc.constantFrom(
          'Package',
          'Name',
          'Version',
          ': ',
          '\n',
          ' ',
          '(',
          ')',
          '|',
          '\0',
          'ID=',
          '"',
          '{',
          '__proto__',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join('')),
  );
  const paths = [
    'etc/os-release',
    'var/lib/dpkg/status',
    'node_modules/a/package.json',
    'a.egg-info',
    'a.dist-info/METADATA',
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), anyText, async (path, text) => {
      expect(await fateOf(tinyImage([[file(path, text)]]))).toMatch(/^\{/);
    }),
    { numRuns: 600 },
  );
});

const anyName = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '..',
      '.',
      '',
      '.wh.a',
      '.wh..wh..opq',
      'node_modules',
      'x.egg-info',
      'var',
      'lib',
      'dpkg',
      'status',
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join('/'));
const anyEntry: fc.Arbitrary<TinyEntry> = fc.record({
  path: anyName,
  flag: fc.constantFrom('0', '0', '1', '2', '2', '3', '5', 'x', 'S', '9'),
  link: anyName,
  body: fc.constantFrom(Buffer.alloc(0), Buffer.from('Name: n\nVersion: 1\n'), Buffer.from('Package: p\nVersion: 1\n')),
});

test('any tree of links, whiteouts and clashes ends, and ends the same with a cache', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(anyEntry, { maxLength: 8 }), { minLength: 1, maxLength: 4 }), async (layers) => {
      const image = tinyImage(layers);
      const fate = await fateOf(image);
      const records = new Map<string, Uint8Array>();
      const cache = {
        get: (_: string, key: string) => Promise.resolve(records.get(key)),
        put: (_: string, key: string, bytes: Uint8Array) => Promise.resolve(void records.set(key, bytes)),
      };
      if (!fate.startsWith('{')) return;
      for (let run = 0; run < 2; run++) {
        const { inventory } = await scanImage(image, { cache });
        expect(digestOf(canonicalJson({ ...inventory, layers: [], subject: {} }))).toBe(digestOf(fate));
      }
    }),
    { numRuns: 600 },
  );
});
