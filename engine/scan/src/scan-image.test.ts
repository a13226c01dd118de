import { canonicalJson, digestOf } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanImage } from './scan-image.ts';
import { memoryCache } from './testing/memory-cache.ts';
import { tinyImage, tinyLayer } from './testing/tiny-image.ts';
import { egg, file, hardlink, npmPackage, symlink, type TinyEntry, tinyTar, whiteout } from './testing/tiny-tar.ts';

const OS_RELEASE = file('usr/lib/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
const debs = (...packages: string[]) =>
  file(
    'var/lib/dpkg/status',
    packages
      .map((one) => `Package: ${one}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n`)
      .join('\n'),
  );

const LAYERS: readonly (readonly TinyEntry[])[] = [
  [OS_RELEASE, symlink('etc/os-release', '../usr/lib/os-release'), debs('bash'), file('bin/sh')],
  [debs('bash', 'curl'), npmPackage('srv', 'a', { dependencies: { b: '1' } }), npmPackage('srv', 'b')],
  [egg('opt/x'), hardlink('opt/y.egg-info', 'opt/x.egg-info'), whiteout('srv/node_modules/b')],
];

const code = (name: string): unknown => expect.objectContaining({ code: name });

test('an image becomes an inventory', async () => {
  const image = tinyImage(LAYERS);
  const { inventory, stats } = await scanImage(image);
  const [first, second, third] = image.layers.map(({ digest }) => digest);
  expect(inventory).toMatchObject({
    format: 'stella.inventory/v1',
    subject: { kind: 'image', name: 'test', digest: image.configDigest },
    distro: { id: 'debian', versionId: '12', prettyName: 'Debian 12' },
    analyzers: { dpkg: 1, npm: 1, python: 1, golang: 1, 'os-release': 1, unread: 1 },
    gaps: [],
  });
  expect(inventory.components.map(({ ref, locations }) => [ref, locations])).toEqual([
    ['pkg:deb/debian/bash@1?arch=amd64&distro=debian-12', [{ path: 'var/lib/dpkg/status', layer: first }]],
    ['pkg:deb/debian/curl@1?arch=amd64&distro=debian-12', [{ path: 'var/lib/dpkg/status', layer: second }]],
    ['pkg:npm/a@1.0.0', [{ path: 'srv/node_modules/a/package.json', layer: second }]],
    [
      'pkg:pypi/x@1',
      [
        { path: 'opt/x.egg-info', layer: third },
        { path: 'opt/y.egg-info', layer: third },
      ],
    ],
  ]);
  expect(stats).toMatchObject({ layersRead: 3, layersCached: 0, entries: 10 });
});

describe('the inventory depends on the bytes of the image alone', () => {
  test('not on the order of members, the compression, or how many layers are read at a time', async () => {
    const content = async (
      layers: readonly (readonly TinyEntry[])[],
      kind: 'gzip' | 'zstd' | 'none',
      concurrency: number,
    ) => {
      const image = tinyImage(layers.map((entries) => tinyLayer(tinyTar(entries), kind)));
      const { inventory } = await scanImage(image, { concurrency });
      const { components, relations, gaps, distro } = inventory;
      // The digests of the layers differ, and they alone.
      return image.layers.reduce(
        (text, { digest }, i) => text.replaceAll(digest, `layer ${i}`),
        canonicalJson({ components, relations, gaps, distro }),
      );
    };
    const expected = await content(LAYERS, 'gzip', 1);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...LAYERS.map((layer) => fc.shuffledSubarray([...layer], { minLength: layer.length }))),
        fc.constantFrom('gzip', 'zstd', 'none'),
        fc.integer({ min: 1, max: 4 }),
        async (layers, kind, concurrency) => {
          expect(await content(layers, kind, concurrency)).toBe(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('not on what the cache holds', async () => {
    const cache = memoryCache();
    const cold = await scanImage(tinyImage(LAYERS));
    const filling = await scanImage(tinyImage(LAYERS), { cache });
    const warm = await scanImage(tinyImage(LAYERS), { cache });
    expect(canonicalJson(filling.inventory)).toBe(canonicalJson(cold.inventory));
    expect(canonicalJson(warm.inventory)).toBe(canonicalJson(cold.inventory));
  });
});

describe('cache', () => {
  test('an image that was scanned is not read again, and a new layer is all that is read of a new one', async () => {
    const cache = memoryCache();
    await scanImage(tinyImage(LAYERS), { cache });
    expect((await scanImage(tinyImage(LAYERS), { cache })).stats).toMatchObject({
      layersRead: 0,
      layersCached: 3,
      bytesRead: 0,
    });
    const grown = tinyImage([...LAYERS, [egg('new')]]);
    expect((await scanImage(grown, { cache })).stats).toMatchObject({
      layersRead: 1,
      layersCached: 3,
      bytesRead: grown.layers[3]?.sizeBytes,
    });
  });

  test('what a second reading answered is kept, too', async () => {
    const cache = memoryCache();
    const layers = [[file('s', 'Name: x\nVersion: 1\n')], [hardlink('y.egg-info', 's')]];
    expect((await scanImage(tinyImage(layers), { cache })).inventory.components).toHaveLength(1);
    const warm = await scanImage(tinyImage(layers), { cache });
    expect(warm.stats.bytesRead).toBe(0);
    expect(warm.inventory.components).toHaveLength(1);
  });

  test.each([
    ['cut short', (record: Buffer) => record.subarray(0, -1)],
    ['garbage', () => Buffer.from('\0\0')],
    [
      'of another layer',
      (record: Buffer) =>
        Buffer.from(
          record.toString().replace(/("layer":"sha256:)(.)/, (_, head, digit) => `${head}${digit === '0' ? '1' : '0'}`),
        ),
    ],
    ['with other members', (record: Buffer) => Buffer.from(record.toString().replace('"entries"', '"entrees"'))],
    ['with a broken set', (record: Buffer) => Buffer.from(record.toString().replace(/"directories":"/, '$&AAAA'))],
  ])('a record that is %s counts as absent', async (_, damage) => {
    const cache = memoryCache();
    const { inventory } = await scanImage(tinyImage(LAYERS), { cache });
    for (const [key, record] of cache.records) cache.records.set(key, damage(record));
    const again = await scanImage(tinyImage(LAYERS), { cache });
    expect(again.stats).toMatchObject({ layersRead: 3, layersCached: 0 });
    expect(canonicalJson(again.inventory)).toBe(canonicalJson(inventory));
  });

  test('other limits are another record', async () => {
    const cache = memoryCache();
    await scanImage(tinyImage(LAYERS), { cache });
    expect((await scanImage(tinyImage(LAYERS), { cache, limits: { maxEntries: 100 } })).stats.layersCached).toBe(0);
  });

  test('nothing is kept of a layer that fails', async () => {
    const cache = memoryCache();
    const bad = { ...tinyLayer(tinyTar([egg('x')])), digest: digestOf('other') };
    await expect(scanImage(tinyImage([bad]), { cache })).rejects.toThrow(code('LAYER_DIGEST_MISMATCH'));
    expect(cache.records.size).toBe(0);
  });
});

describe('a layer that is not what the image says', () => {
  const tar = tinyTar([egg('x'), file('big', Buffer.alloc(20_000, 'ab'))]);

  test('another digest', async () => {
    const bad = { ...tinyLayer(tar), digest: digestOf('other') };
    await expect(scanImage(tinyImage([bad]))).rejects.toThrow(
      expect.objectContaining({ code: 'LAYER_DIGEST_MISMATCH', exit: 2, place: { file: bad.digest } }),
    );
  });

  test('more bytes than it should have', async () => {
    const layer = tinyLayer(tar, 'none');
    const longer = { ...layer, open: () => tinyLayer(Buffer.concat([tar, Buffer.alloc(512)]), 'none').open() };
    await expect(scanImage(tinyImage([longer]))).rejects.toThrow(code('LAYER_DIGEST_MISMATCH'));
  });

  test.each(['none', 'gzip', 'zstd'] as const)('an end in the middle, stored as %s', async (kind) => {
    const layer = tinyLayer(tar, kind);
    const cut = async function* () {
      for await (const chunk of layer.open()) {
        yield chunk.subarray(0, -10);
        return;
      }
    };
    await expect(scanImage(tinyImage([{ ...layer, open: cut }]))).rejects.toThrow(/ends|digest/);
    await expect(scanImage(tinyImage([{ ...layer, open: cut }]))).rejects.toThrow(expect.objectContaining({ exit: 2 }));
  });

  test('content other than the config claims, where that is asked for', async () => {
    const layer = { ...tinyLayer(tar), diffId: digestOf('other') };
    expect((await scanImage(tinyImage([layer]))).inventory.layers[0]).not.toHaveProperty('diffIdVerified');
    await expect(scanImage(tinyImage([layer]), { verifyDiffIds: true })).rejects.toThrow(
      code('LAYER_DIFF_ID_MISMATCH'),
    );
    const honest = await scanImage(tinyImage([tinyLayer(tar)]), { verifyDiffIds: true });
    expect(honest.inventory.layers[0]).toMatchObject({ diffIdVerified: true });
  });

  test('facts that were kept without a diff id do not pass for verified ones', async () => {
    const cache = memoryCache();
    const layer = { ...tinyLayer(tar), diffId: digestOf('other') };
    await scanImage(tinyImage([layer]), { cache });
    await expect(scanImage(tinyImage([layer]), { cache, verifyDiffIds: true })).rejects.toThrow(
      code('LAYER_DIFF_ID_MISMATCH'),
    );
  });

  test('a layer known by its content alone is held against that, compressed or not', async () => {
    for (const kind of ['none', 'gzip'] as const) {
      const layer = { ...tinyLayer(tar, kind), digest: digestOf(tar), digestIsDiffId: true };
      const verified = await scanImage(tinyImage([layer]), { verifyDiffIds: true });
      expect(verified.inventory.layers[0]).toMatchObject({ diffIdVerified: true });
      const other = { ...layer, digest: digestOf('other') };
      await expect(scanImage(tinyImage([other]))).rejects.toThrow(code('LAYER_DIGEST_MISMATCH'));
    }
  });

  test('a connection that breaks is an error with the layer named', async () => {
    const layer = tinyLayer(tar);
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(0);
      throw new Error('connection reset');
    };
    await expect(scanImage(tinyImage([{ ...layer, open: broken }]))).rejects.toThrow(
      expect.objectContaining({ code: 'LAYER_UNREADABLE', place: { file: layer.digest } }),
    );
  });

  test('of several faulty layers the lowest is reported, whatever is read first', async () => {
    const [small, large] = [
      { ...tinyLayer(tinyTar([])), digest: digestOf('a') },
      { ...tinyLayer(tar), digest: digestOf('b') },
    ];
    for (const concurrency of [1, 2]) {
      const found: unknown = await scanImage(tinyImage([small, large]), { concurrency }).catch(
        (error: unknown) => error,
      );
      expect(found).toMatchObject({ code: 'LAYER_DIGEST_MISMATCH' });
    }
  });
});

test('a foreign layer is a gap and is not opened', async () => {
  const foreign = tinyLayer(tinyTar([egg('x')]), 'gzip', {
    isForeign: true,
    open: () => {
      throw new Error('must not be fetched');
    },
  });
  const { inventory } = await scanImage(tinyImage([foreign]));
  expect(inventory.gaps).toContainEqual(expect.objectContaining({ code: 'LAYER_FOREIGN', layer: foreign.digest }));
  expect(inventory.layers).toHaveLength(1);
});

test('a layer that an image has twice is read once', async () => {
  const layer = tinyLayer(tinyTar([egg('x')]));
  expect((await scanImage(tinyImage([layer, layer]))).stats.layersRead).toBe(1);
});

test('the largest layer is read first', async () => {
  const opened: number[] = [];
  const layers = [100, 9000, 5000].map((size, i) => {
    const layer = tinyLayer(tinyTar([file(`f${i}`, Buffer.alloc(size))]), 'none');
    return {
      ...layer,
      open: () => {
        opened.push(i);
        return layer.open();
      },
    };
  });
  await scanImage(tinyImage(layers), { concurrency: 1 });
  expect(opened).toEqual([1, 2, 0]);
});

test('progress is told once for each layer and ends at the whole', async () => {
  const steps: number[] = [];
  await scanImage(tinyImage(LAYERS), {
    onProgress: ({ layersDone, layersTotal, bytesDone, bytesTotal }) => {
      steps.push(layersDone);
      expect(bytesDone <= bytesTotal && layersTotal === 3).toBe(true);
    },
  });
  expect(steps).toEqual([1, 2, 3]);
});

describe('hostile layers', () => {
  const gaps = async (entries: readonly TinyEntry[], limits = {}) =>
    (await scanImage(tinyImage([entries]), { limits })).inventory.gaps.filter(({ code }) => code !== 'OS_UNKNOWN');

  test('paths that lead out are clamped, counted and told', async () => {
    const found = await gaps([
      { ...egg('x'), path: '../../x.egg-info' },
      { ...egg('y'), path: 'a/../../etc/y' },
    ]);
    expect(found).toMatchObject([
      { code: 'TAR_PATH_ESCAPES', detail: expect.stringMatching(/^2 members; "etc\/y": /) as unknown },
    ]);
  });

  test('a path that is a directory and a file is ambiguous: both are shown, and it is told', async () => {
    const layer = [symlink('a', 'b'), egg('a/x')];
    const { inventory } = await scanImage(tinyImage([layer]));
    expect(inventory.components).toHaveLength(1);
    expect(inventory.gaps.map(({ code }) => code)).toContain('LAYER_AMBIGUOUS');
  });

  test('too many members', async () => {
    const many = Array.from({ length: 20 }, (_, i) => file(`f${i}`));
    await expect(gaps(many, { maxEntries: 19 })).rejects.toThrow(code('TAR_TOO_MANY_ENTRIES'));
  });

  test('too many paths to keep', async () => {
    const many = Array.from({ length: 20 }, (_, i) => whiteout(`f${i}`));
    await expect(gaps(many, { maxPathBytes: 100 })).rejects.toThrow(code('LAYER_TOO_LARGE'));
  });

  test('bombs', async () => {
    const bomb = tinyLayer(tinyTar([file('zeros', Buffer.alloc(70 << 20))]));
    await expect(scanImage(tinyImage([bomb]), { limits: { maxRatio: 100 } })).rejects.toThrow(
      code('COMPRESSION_RATIO'),
    );
    await expect(scanImage(tinyImage([bomb]), { limits: { maxRatio: 1e6, maxLayerBytes: 1 << 20 } })).rejects.toThrow(
      expect.objectContaining({ exit: 2 }),
    );
  });

  test('a manifest that is too large is a gap, and so is content beyond the limit of a layer', async () => {
    const large = file('node_modules/x/package.json', Buffer.alloc((4 << 20) + 1, ' '));
    expect(await gaps([large])).toMatchObject([{ code: 'FILE_TOO_LARGE', path: 'node_modules/x/package.json' }]);
    const two = [egg('a'), egg('b')];
    expect(await gaps(two, { maxContentBytes: 50 })).toMatchObject([{ code: 'FILE_UNREADABLE', path: 'b.egg-info' }]);
  });

  test('many gaps of one kind are told in part and counted', async () => {
    const broken = Array.from({ length: 70 }, (_, i) => file(`node_modules/p${i}/package.json`, '{'));
    const found = await gaps(broken);
    expect(found).toHaveLength(51);
    expect(found.map(({ detail }) => detail)).toContain('20 more files, not told one by one');
  });

  test('names of Object.prototype are names', async () => {
    const layer = [npmPackage('a', 'constructor'), npmPackage('a', '__proto__'), egg('x', 'toString')];
    const { inventory } = await scanImage(tinyImage([layer]));
    expect(inventory.components.map(({ name }) => name)).toEqual(['__proto__', 'constructor', 'toString']);
  });
});
