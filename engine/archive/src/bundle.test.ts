import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { bundleBytes, bundleManifest, packBundle, type PackOptions } from './bundle-pack.ts';
import { readBundle, readBundleStream } from './bundle-read.ts';
import { collectBytes, fromChunks } from './chunks.ts';
import { compress } from './compress.ts';
import { type TarMember, writeTar } from './tar-writer.ts';
import { regionsOf } from './testing/regions.ts';
import { LONG_PATH, sampleBundle, SEAL } from './testing/sample-bundle.ts';

const pack = (options: PackOptions) => collectBytes(packBundle(options));
const read = (bytes: Uint8Array) => readBundle(bytes, { sealNames: [SEAL] });
const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

/** The members of a bundle, to be written again with changes. */
async function membersOf(bundle: Buffer): Promise<{ path: string; content: Buffer }[]> {
  return regionsOf(bundle)
    .filter((region) => region.part === 'header')
    .map(({ path, end }) => {
      const content = regionsOf(bundle).find((region) => region.path === path && region.part === 'content');
      return { path, content: bundle.subarray(end, content?.end ?? end) };
    });
}

const rewrite = (members: TarMember[]) => collectBytes(writeTar(members));

describe('packing', () => {
  test.each(['none', 'gzip', 'zstd'] as const)('a bundle comes back whole from %s', async (compression) => {
    const options = sampleBundle(compression);
    const content = await read(await pack(options));
    expect(content.faults).toEqual([]);
    expect(content.manifest).toEqual(bundleManifest(options));
    expect(content.manifest?.created).toBe('2026-01-02T03:04:05.000Z');
    expect(content.manifestDigest).toBe(digestOf(canonicalBytes(bundleManifest(options))));
    expect([...content.seals.keys()]).toEqual([SEAL]);
    for (const file of options.files) {
      expect(content.files.get(file.path), file.path).toEqual(await collectBytes(file.open()));
    }
    expect(content.files.size).toBe(options.files.length);
  });

  test('the order of the files given does not matter', async () => {
    const options = sampleBundle();
    const reversed = { ...options, files: options.files.toReversed() };
    expect((await pack(reversed)).equals(await pack(options))).toBe(true);
  });

  test('manifest, checksums and seals stand first, then the files by path', async () => {
    const paths = (await membersOf(await pack(sampleBundle()))).map((member) => member.path);
    expect(paths).toEqual([
      'manifest.json',
      'checksums.txt',
      SEAL,
      'blobs/block',
      'blobs/empty',
      'blobs/long',
      'docs/ő.txt',
      LONG_PATH,
      'verdict.json',
    ]);
  });

  test('checksums.txt is a Merkle root and then what sha256sum takes', async () => {
    const options = { ...sampleBundle(), files: [bundleBytes('a', Buffer.from('A'))] };
    const [manifest, checksums] = await membersOf(await pack(options));
    const hex = (bytes: Uint8Array | string) => digestOf(bytes).slice(7);
    const lines = [`${hex('A')}  a`, `${hex(manifest?.content ?? '')}  manifest.json`];
    // Two leaves: the root by hand, RFC 9162 section 2.1.1.
    const leaves = lines.map((line) => Buffer.from(hex(`\0${line}`), 'hex'));
    const root = hex(Buffer.concat([Buffer.from([1]), ...leaves]));
    expect(checksums?.content.toString()).toBe(`root ${root}\n${lines.join('\n')}\n`);
  });

  test.each([
    ['a path that leads out', ['../a']],
    ['an absolute path', ['/a']],
    ['a path with a newline', ['a\nb']],
    ['a path with a backslash', ['a\\b']],
    ['the path of the manifest', ['manifest.json']],
    ['the path of a seal', [SEAL]],
    ['the same path twice', ['a', 'a']],
    ['a file where a directory is needed', ['a', 'a-b', 'a/b']],
  ])('%s is refused', async (_name, paths) => {
    const files = paths.map((path) => bundleBytes(path, Buffer.alloc(1)));
    await expect(pack({ ...sampleBundle(), files })).rejects.toThrow(code('BUNDLE_INVALID'));
  });

  test.each([
    ['longer', 'AA'],
    ['shorter', ''],
    ['other', 'B'],
  ])('a file that is %s than promised is an error', async (_name, text) => {
    const file = { ...bundleBytes('a', Buffer.from('A')), open: () => fromChunks([Buffer.from(text)]) };
    await expect(pack({ ...sampleBundle(), files: [file] })).rejects.toThrow(code('BUNDLE_SOURCE_CHANGED'));
  });
});

describe('reading a bundle that was changed', () => {
  const faultsOf = async (bytes: Uint8Array) =>
    (await read(bytes)).faults.map((fault) => `${fault.file} ${fault.check}`);
  const changed = async (change: (members: { path: string; content: Buffer }[]) => TarMember[]) =>
    faultsOf(await rewrite(change(await membersOf(await pack(sampleBundle())))));
  const replace = (path: string, text: string) => (members: { path: string; content: Buffer }[]) =>
    members.map((member) => (member.path === path ? { path, content: Buffer.from(text) } : member));

  test('an unchanged rewrite has no faults', async () => {
    expect(await changed((members) => members)).toEqual([]);
  });

  test.each<[string, (members: { path: string; content: Buffer }[]) => TarMember[], string[]]>([
    ['content of the same size', replace('verdict.json', '{"verdict":"deny "}'), ['verdict.json digest']],
    ['content of another size', replace('verdict.json', '{}'), ['verdict.json size', 'verdict.json digest']],
    ['a file left out', (all) => all.filter((one) => one.path !== 'blobs/long'), ['blobs/long missing']],
    ['a file added', (all) => [...all, { path: 'z', content: Buffer.alloc(3) }], ['z unlisted']],
    ['a file twice', (all) => [...all, ...all.slice(-1)], ['verdict.json duplicate']],
    ['files in another order', (all) => [...all.slice(0, 3), ...all.slice(3).toReversed()], ['order']],
    ['a seal behind the files', (all) => [...all.slice(0, 2), ...all.slice(3), ...all.slice(2, 3)], [`${SEAL} order`]],
    ['a directory added', (all) => [...all, { path: 'dir', type: 'directory' }], ['dir tar-canonical', 'dir unlisted']],
    ['a file made executable', (all) => all.map((one) => (one.path === 'verdict.json' ? { ...one, mode: 0o755 } : one)), ['verdict.json tar-canonical']], // prettier-ignore
    ['no manifest', (all) => all.slice(1), ['manifest.json order']],
    ['no checksums', (all) => all.filter((one) => one.path !== 'checksums.txt'), ['checksums.txt order']],
    ['no members', () => [], ['manifest.json missing']],
    ['an empty checksums.txt', replace('checksums.txt', ''), ['checksums.txt checksums']],
    ['a manifest that is not canonical', replace('manifest.json', '{ }'), ['manifest.json manifest-canonical']],
    ['a manifest that is not one', replace('manifest.json', '{}'), ['manifest.json manifest']],
  ])('%s is named', async (_name, change, expected) => {
    const faults = await changed(change);
    for (const one of expected) expect(faults.join('\n')).toContain(one);
    if (expected[0] !== 'order') expect(new Set(faults.map((fault) => fault.split(' ')[0])).size).toBe(1);
  });

  test('a manifest changed in its meaning is told by the checksums', async () => {
    const annotated = sampleBundle();
    const other = canonicalBytes(bundleManifest({ ...annotated, annotations: { subject: 'other' } })).toString();
    expect(await changed(replace('manifest.json', other))).toEqual(['manifest.json digest']);
  });

  test('a manifest that lists its files out of order, twice or unsafely is refused', async () => {
    const manifest = bundleManifest(sampleBundle());
    const [first] = manifest.files;
    for (const files of [manifest.files.toReversed(), [first, first], [{ ...first, path: '../x' }]]) {
      const text = canonicalBytes({ ...manifest, files }).toString();
      expect((await changed(replace('manifest.json', text)))[0]).toBe('manifest.json manifest');
    }
  });

  test('a flipped bit in any header, padding or content names its member', async () => {
    const bundle = await pack(sampleBundle());
    for (const { path, part, start, end } of regionsOf(bundle)) {
      if (path === SEAL && part === 'content') continue;
      for (const at of [start, (start + end) >> 1, end - 1]) {
        const bad = Buffer.from(bundle);
        bad[at] = (bad[at] as number) ^ 4;
        const { faults } = await read(bad);
        expect(
          faults.map((fault) => fault.file),
          `${path} ${part} ${at}`,
        ).toContain(path);
      }
    }
  });

  test('a damaged file is not among the files, the others are', async () => {
    const bundle = await pack(sampleBundle());
    const at = bundle.indexOf('"allow"');
    bundle[at + 1] = 0x41;
    const content = await read(bundle);
    expect(content.faults).toMatchObject([{ file: 'verdict.json', check: 'digest', expected: expect.stringMatching(/^sha256:/) as unknown }]); // prettier-ignore
    expect(content.files.has('verdict.json')).toBe(false);
    expect(content.files.size).toBe(5);
  });

  test('an archive cut anywhere is told, with the member it ends in', async () => {
    const bundle = await pack(sampleBundle());
    for (const { path, start, end } of regionsOf(bundle)) {
      for (const length of [start, Math.floor((start + end) / 2)]) {
        const { faults } = await read(bundle.subarray(0, length));
        expect(faults.map((fault) => fault.check)).toContain('truncated');
        if (length > start) expect(faults.map((fault) => fault.file)).toContain(path);
      }
    }
  });

  test('bytes behind the end, inside or outside of the compression, are told', async () => {
    const bundle = await pack(sampleBundle());
    expect(await faultsOf(Buffer.concat([bundle, Buffer.alloc(512)]))).toEqual(['(archive) tar-canonical']);
    const packed = await pack(sampleBundle('zstd'));
    expect(await faultsOf(Buffer.concat([packed, Buffer.alloc(1)]))).toEqual(['(archive) compression']);
    expect(await faultsOf(packed.subarray(0, -1))).toContain('(archive) compression');
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'manifest.json truncated'],
    ['noise', Buffer.alloc(2000, 'noise'), '(archive) tar-canonical'],
    ['xz', Buffer.from('fd377a585a000000000000', 'hex'), '(archive) compression'],
  ])('%s is no bundle, and no exception', async (_name, bytes, fault) => {
    expect(await faultsOf(bytes)).toEqual([fault]);
  });

  test('limits are faults: the archive, the manifest and the seals', async () => {
    const bundle = await pack(sampleBundle());
    const checks = async (limits: object) =>
      (await readBundle(bundle, { sealNames: [SEAL], limits })).faults.map((fault) => `${fault.file} ${fault.check}`);
    expect(await checks({ maxBytes: 4096 })).toEqual(['(archive) limit']);
    expect(await checks({ maxManifestBytes: 100 })).toEqual(['manifest.json limit']);
    expect(await checks({ maxSealBytes: 5 })).toEqual([`${SEAL} limit`]);
  });

  test('an error of the source is no verdict on the bundle', async () => {
    async function* source() {
      yield (await pack(sampleBundle())).subarray(0, 700);
      throw new Error('disk gone');
    }
    await expect(readBundle(source(), { sealNames: [SEAL] })).rejects.toThrow('disk gone');
  });

  test('a seal nobody asked for is unlisted', async () => {
    const { faults } = await readBundle(await pack(sampleBundle()), { sealNames: [] });
    expect(faults).toMatchObject([{ file: SEAL, check: 'unlisted' }]);
  });
});

test('a stream gets each file in order, with its verdict, and waits for the receiver', async () => {
  const bundle = await pack(sampleBundle());
  bundle[bundle.indexOf('"allow"') + 1] = 0x41;
  const log: string[] = [];
  let isBusy = false;
  const small = (function* () {
    for (let at = 0; at < bundle.length; at += 100) yield bundle.subarray(at, at + 100);
  })();
  const reading = await readBundleStream(fromChunks(small), { sealNames: [SEAL] }, ({ path }) => {
    if (path === 'blobs/long') return undefined;
    return {
      async write() {
        expect(isBusy).toBe(false);
        isBusy = true;
        await new Promise(setImmediate);
        isBusy = false;
      },
      end: (isWhole) => void log.push(`${path} ${isWhole}`),
    };
  });
  expect(log).toEqual([
    'blobs/block true',
    'blobs/empty true',
    'docs/ő.txt true',
    `${LONG_PATH} true`,
    'verdict.json false',
  ]);
  expect(reading.faults).toMatchObject([{ file: 'verdict.json', check: 'digest' }]);
});

test('a bundle compressed by another tool has the same identity', async () => {
  const plain = await pack(sampleBundle());
  const again = await collectBytes(compress(fromChunks([plain]), 'zstd', { level: 9 }));
  expect((await read(again)).manifestDigest).toBe((await read(plain)).manifestDigest);
});
