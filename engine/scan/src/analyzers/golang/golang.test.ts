import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRanges } from '../../layer/file-readers.ts';
import { scanImage } from '../../scan-image.ts';
import { tinyElf, type TinyElfOptions } from '../../testing/tiny-elf.ts';
import { tinyImage } from '../../testing/tiny-image.ts';
import { file, type TinyEntry } from '../../testing/tiny-tar.ts';
import { findBuildInfo } from './find-build-info.ts';
import { parseModules } from './parse-modules.ts';

const SIZE = 300_000;

function find(bytes: Buffer) {
  const reads: number[] = [];
  function* probe() {
    return { facts: yield* findBuildInfo(bytes.length) };
  }
  const found = readRanges(probe(), (offset, length) => {
    reads.push(length);
    return bytes.subarray(offset, offset + length);
  });
  return { info: found?.facts, reads };
}

const elf = (options: TinyElfOptions = {}) => tinyElf(SIZE, options);

describe('build information', () => {
  test.each([0, 16, 65_520, 65_536, 131_056, 200_000])('is found %i bytes into the data', (at) => {
    expect(find(elf({ at })).info).toMatchObject({ form: 'inline', goVersion: 'go1.26.8' });
  });

  test.each([1, 8, 65_528])('is not looked for %i bytes off its alignment', (at) => {
    expect(find(elf({ at })).info).toBeUndefined();
  });

  test('long lists of modules are read whole, over the ends of windows', () => {
    const modules = Array.from(
      { length: 3000 },
      (_, i) => `dep\texample.com/m${i}\tv1.0.${i}\th1:xxxxxxxxxxxxxxxx\n`,
    ).join('');
    expect(find(elf({ modules, at: 65_504 })).info).toMatchObject({ modules });
  });

  test('only writable data is looked at', () => {
    expect(find(elf({ segmentFlags: 4 })).info).toBeUndefined();
    expect(find(elf({ segmentFlags: 7 })).info).toBeUndefined();
    expect(find(elf({ at: 4096, segmentBytes: 4096 })).info).toBeUndefined();
  });

  test('the old form is told from none', () => expect(find(elf({ flags: 0 })).info).toEqual({ form: 'pointers' }));

  test('texts that do not end in the segment are told from none', () => {
    for (const segmentBytes of [16, 31, 32, 40, 60]) {
      expect(find(elf({ segmentBytes })).info).toEqual({ form: 'damaged' });
    }
    expect(find(elf().subarray(0, 0x1000 + 36)).info).toEqual({ form: 'damaged' });
  });

  test.each([
    ['a text longer than any linker writes', [0xff, 0xff, 0xff, 0x7f]],
    ['a length that does not end', Array.from({ length: 8 }, () => 0xff)],
  ])('%s is told from none', (_, bytes) => {
    const binary = elf();
    binary.set(bytes, 0x1000 + 32);
    expect(find(binary).info).toEqual({ form: 'damaged' });
  });

  test('a binary without modules has a version alone', () => {
    expect(find(elf({ modules: '' })).info).toMatchObject({ goVersion: 'go1.26.8', modules: '' });
  });

  test('files that are no executables are left after a few bytes', () => {
    for (const bytes of [Buffer.alloc(SIZE, 'x'), Buffer.alloc(SIZE), Buffer.from('MZ'), Buffer.alloc(3)]) {
      const { info, reads } = find(bytes);
      expect(info).toBeUndefined();
      expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(200);
    }
  });

  test('any damage to the headers ends in an answer, with ascending reads inside the file or beyond its end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('elf', 'pe', 'macho'),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 12 }),
        (kind, changes) => {
          const bytes = tinyElf(20_000);
          for (const [at, value] of changes) bytes[at] = value;
          if (kind === 'pe') bytes.write('MZ');
          if (kind === 'macho') bytes.writeUInt32BE(0xcffaedfe);
          let last = 0;
          const probe = findBuildInfo(bytes.length);
          for (let step = probe.next(), reads = 0; step.done !== true; reads++) {
            const { offset, length } = step.value;
            expect(offset >= last && length >= 0 && reads < 100).toBe(true);
            last = offset + length;
            step = probe.next(bytes.subarray(offset, last));
          }
        },
      ),
    );
  });
});

describe('modules', () => {
  test('main module, dependencies, replacements, revision', () => {
    const text = [
      'path\texample.com/tool/cmd',
      'mod\texample.com/tool\t(devel)\t',
      'dep\tgolang.org/x/text\tv0.3.0\th1:x',
      'dep\texample.com/old\tv1.0.0',
      '=>\texample.com/fork\tv1.0.1\th1:y',
      'dep\texample.com/local\tv0.0.0',
      '=>\t./local\t(devel)\t',
      'build\t-compiler=gc',
      'build\tvcs.revision=abc',
      '',
    ].join('\n');
    expect(parseModules('go1.21rc2 X:boringcrypto', text)).toEqual({
      goVersion: '1.21rc2',
      main: { path: 'example.com/tool' },
      modules: [
        { path: 'golang.org/x/text', version: 'v0.3.0' },
        { path: 'example.com/fork', version: 'v1.0.1', replaces: 'example.com/old@v1.0.0' },
        { path: 'example.com/local', replaces: 'example.com/local@v0.0.0' },
      ],
      revision: 'abc',
    });
  });

  test.each(['', 'dep\n', '=>\tx\ty\n', 'mod\t\t\n', 'dep\ta b\tv1\n', 'dep\t\u0000\tv1\n'])(
    '%j names nothing',
    (text) => {
      expect(parseModules('weird', text)).toEqual({ modules: [] });
    },
  );

  test('a development toolchain names the version it grew from', () => {
    expect(parseModules('devel go1.23-abcdef Mon', '').goVersion).toBe('1.23');
  });
});

async function scan(...entries: TinyEntry[]) {
  return (await scanImage(tinyImage([entries]))).inventory;
}

test('a binary is an application with its modules and the standard library', async () => {
  const modules = 'mod\texample.com/tool\tv1.2.3\th1:x\ndep\texample.com/Lib\tv2.0.0\th1:y\nbuild\tvcs.revision=abc\n';
  const { components, relations } = await scan(file('usr/bin/tool', elf({ modules })));
  expect(components.map(({ purl, kind, properties }) => [purl, kind, properties])).toEqual([
    ['pkg:golang/example.com/Lib@v2.0.0', 'library', undefined],
    ['pkg:golang/example.com/tool@v1.2.3', 'application', { revision: 'abc' }],
    ['pkg:golang/stdlib@1.26.8', 'library', undefined],
  ]);
  expect(relations.map(({ from, to }) => [from, to])).toEqual([
    ['pkg:golang/example.com/tool@v1.2.3', 'pkg:golang/example.com/Lib@v2.0.0'],
    ['pkg:golang/example.com/tool@v1.2.3', 'pkg:golang/stdlib@1.26.8'],
  ]);
});

test('a binary of an old toolchain or with damaged information is a gap', async () => {
  const { gaps } = await scan(file('old', elf({ flags: 0 })), file('cut', elf({ segmentBytes: 40 })));
  expect(gaps).toMatchObject([
    { code: 'GO_BUILDINFO_UNREADABLE', path: 'cut' },
    { code: 'GO_BUILDINFO_UNSUPPORTED', path: 'old' },
    { code: 'OS_UNKNOWN' },
  ]);
});

test('a later file in the place of a binary takes its finds away, in one tar and over layers', async () => {
  expect((await scan(file('tool', elf()), file('tool', 'script'))).components).toEqual([]);
  const { inventory } = await scanImage(tinyImage([[file('tool', elf())], [file('tool', 'script')]]));
  expect(inventory.components).toEqual([]);
});
