import { describe, expect, test } from 'vitest';
import { TarReader } from './tar-reader.ts';
import { pax, rawMember, rawTar } from './testing/raw-tar.ts';
import { readTar } from './testing/read-tar.ts';

const code = (name: string) => expect.objectContaining({ code: name }) as unknown;
const base256 = (value: number, length = 12) => {
  const field = Buffer.alloc(length, value < 0 ? 0xff : 0);
  field.writeIntBE(value, length - 6, 6);
  if (value >= 0) field[0] = 0x80;
  return field;
};

describe('formats', () => {
  test.each([
    ['v7', { name: 'a/b', magic: '', body: 'hi' }, 'a/b'],
    ['ustar with a prefix', { name: 'b', prefix: 'some/dir', body: 'hi' }, 'some/dir/b'],
    ['GNU, whose prefix field means other things', { name: 'b', magic: 'ustar  \0', prefix: '01234', body: 'hi' }, 'b'],
    [
      'star, which keeps times behind a shorter prefix',
      {
        name: 'b',
        prefix: `${'p'.repeat(131)}12345670123`,
        body: 'hi',
        patch: (b: Buffer) => void b.write('tar\0', 508),
      },
      `${'p'.repeat(131)}/b`,
    ],
    ['a name of exactly 100 bytes', { name: 'n'.repeat(100), body: 'hi' }, 'n'.repeat(100)],
    ['a UTF-8 name', { name: 'ő/ű', body: 'hi' }, 'ő/ű'],
    ['a base-256 size', { name: 'b', body: 'hi', size: base256(2) }, 'b'],
    ['sums of signed bytes', { name: 'ü', body: 'hi', checksum: '' }, 'ü'],
    ['contiguous files', { name: 'b', type: '7', body: 'hi' }, 'b'],
  ])('%s is read', (_name, member, path) => {
    const raw = rawMember(member);
    if ('checksum' in member) {
      const sum = [...raw.subarray(0, 512)].reduce((t, b, i) => t + (i >= 148 && i < 156 ? 32 : (b << 24) >> 24), 0);
      raw.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    }
    const read = readTar(rawTar(raw, { name: 'next', body: 'n' }));
    expect(read.entries.map((entry) => entry.path)).toEqual([path, 'next']);
    expect(read.contents).toEqual(['hi$', 'n$']);
    expect(read.faults).toEqual([]);
  });

  test('PAX overrides hold for one member and an empty value takes one back', () => {
    const read = readTar(
      rawTar(
        pax({ path: 'long/ő', size: '3', mtime: '1700000000.9', linkpath: 'x', hdrcharset: 'BINARY' }),
        { name: 'short', body: 'abc', size: 0 },
        pax({ path: '' }),
        { name: 'own', mtime: '00000000017', mode: '0100755' },
        pax({ linkpath: 'far/away' }),
        { name: 'link', type: '2', link: 'near' },
      ),
    );
    expect(read.entries).toEqual([
      { path: 'long/ő', type: 'file', size: 3, mode: 0o644, mtime: 1_700_000_000, payloadOffset: 1536 },
      { path: 'own', type: 'file', size: 0, mode: 0o755, mtime: 15, payloadOffset: 3584 },
      { path: 'link', type: 'symlink', size: 0, mode: 0o644, mtime: 0, payloadOffset: 5120, linkTarget: 'far/away' },
    ]);
    expect(read.contents).toEqual(['abc$', '$', '$']);
  });

  test('GNU long names win over PAX and hold for one member', () => {
    const long = 'd/'.repeat(200);
    const read = readTar(
      rawTar(
        pax({ path: 'pax' }),
        { name: '././@LongLink', type: 'L', body: `${long}name\0` },
        { name: '././@LongLink', type: 'K', body: `${long}target\0` },
        { name: 'cut', type: '1', link: 'cut' },
        { name: 'own' },
      ),
    );
    expect(read.entries.map((entry) => [entry.path, entry.linkTarget])).toEqual([
      [`${long}name`, `${long}target`],
      ['own', undefined],
    ]);
  });

  test('the size of a PAX header does not count for the GNU long name behind it', () => {
    const read = readTar(
      rawTar(pax({ size: '2' }), { name: 'L', type: 'L', body: 'long-name\0' }, { name: 'x', body: 'hi', size: 0 }),
    );
    expect(read.entries.map((entry) => [entry.path, entry.size])).toEqual([['long-name', 2]]);
  });

  test('links, directories and devices carry no payload whatever their size says', () => {
    const read = readTar(
      rawTar(
        { name: 'd/', type: '5', size: 4096 },
        { name: 'h', type: '1', link: 'd/x', size: 700 },
        { name: 'c', type: '3', size: 5 },
        { name: 'b', type: '4' },
        { name: 'p', type: '6' },
        { name: 'old-directory/', type: '\0' },
        { name: './', type: '5' },
      ),
    );
    expect(read.entries.map((entry) => [entry.path, entry.type, entry.size])).toEqual([
      ['d', 'directory', 0],
      ['h', 'hardlink', 0],
      ['c', 'character-device', 0],
      ['b', 'block-device', 0],
      ['p', 'fifo', 0],
      ['old-directory', 'directory', 0],
      ['', 'directory', 0],
    ]);
  });

  test('the checksum holds up to the largest bytes', () => {
    const full = (block: Buffer) => void block.fill(0xff, 0, 100).fill(0xff, 157, 257).fill(0xff, 265, 500);
    expect(readTar(rawTar({ patch: full })).entries).toHaveLength(1);
  });

  test('a path that has to be put in order keeps its letters', () => {
    expect(readTar(rawTar({ name: 'ő//ű/./é' })).entries[0]?.path).toBe('ő/ű/é');
  });

  test('negative base-256 times are before 1970', () => {
    const patch = (block: Buffer) => void base256(-5).copy(block, 136);
    expect(readTar(rawTar({ name: 'a', patch })).entries[0]?.mtime).toBe(-5);
  });

  test('duplicate paths are reported as often as they stand in the archive', () => {
    expect(readTar(rawTar({ name: 'a', body: '1' }, { name: './a', body: '2' })).contents).toEqual(['1$', '2$']);
  });
});

describe('chunks', () => {
  const tar = rawTar(
    pax({ path: 'x'.repeat(300) }),
    { name: 'a', body: 'A'.repeat(1500) },
    { name: 'L', type: 'L', body: `${'y'.repeat(600)}\0` },
    { name: 'b', body: 'B'.repeat(512) },
    { name: 'c', body: '' },
  );

  test.each([1, 7, 511, 512, 513, 1000, 100_000])('chunks of %i bytes make no difference', (size) => {
    expect(readTar(tar, {}, size)).toEqual(readTar(tar));
    expect(readTar(tar).entries).toHaveLength(3);
  });

  test('what nobody wants can be sought over, and entries stay where they are', () => {
    const paths: string[] = [];
    let skipped = 0;
    const reader = new TarReader({
      onUnsafe: 'refuse',
      onEntry: (entry) => void paths.push(`${entry.path.slice(0, 1)}@${entry.payloadOffset}`),
    });
    for (let at = 0; at < tar.length;) {
      skipped += reader.pendingSkip();
      at += reader.pendingSkip();
      reader.skip(reader.pendingSkip());
      reader.write(tar.subarray(at, at + 512));
      at += 512;
    }
    reader.end();
    expect(paths).toEqual(readTar(tar).entries.map((entry) => `${entry.path.slice(0, 1)}@${entry.payloadOffset}`));
    expect(skipped).toBeGreaterThan(1500);
    expect(() => reader.skip(1)).toThrow(RangeError);
  });

  test('a member that is not wanted makes no entry, and its normal path was seen as bytes', () => {
    const seen: string[] = [];
    const read = readTar(rawTar({ name: './a//b/', type: '5' }, { name: '/keep', body: 'k' }), {
      wants(type, path, start, end) {
        seen.push(`${type} ${Buffer.from(path.subarray(start, end)).toString()}`);
        return type === 'file';
      },
    });
    expect(seen).toEqual(['directory a/b', 'file keep']);
    expect(read.entries.map((entry) => entry.path)).toEqual(['keep']);
  });
});

describe('hostile members', () => {
  const unsafe = [
    ['a path with ..', [{ name: '../../etc/passwd' }], 'TAR_PATH_ESCAPES', 'etc/passwd'],
    ['a path with .. inside', [{ name: 'a/../../b/./c' }], 'TAR_PATH_ESCAPES', 'b/c'],
    ['a PAX path with ..', [pax({ path: '/../x' }), { name: 'ok' }], 'TAR_PATH_ESCAPES', 'x'],
    ['a hard link out', [{ name: 'h', type: '1', link: '../x' }], 'TAR_PATH_ESCAPES', 'h'],
    ['an absolute hard link', [{ name: 'h', type: '1', link: '/etc/shadow' }], 'TAR_LINK_ABSOLUTE', 'h'],
    ['a NUL in a PAX path', [pax({ path: 'a\0b' }), { name: 'ok' }], 'TAR_PATH_INVALID', 'a'],
    ['a sparse member', [{ name: 's', type: 'S', body: 'data' }], 'TAR_SPARSE_UNSUPPORTED', 's'],
    ['a PAX sparse member', [pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 's' }), { name: 'x', body: 'data' }], 'TAR_SPARSE_UNSUPPORTED', 's'], // prettier-ignore
  ] as const;

  test.each(unsafe)('%s is refused', (_name, members, fault) => {
    expect(() => readTar(rawTar(...members), { onUnsafe: 'refuse' })).toThrow(code(fault));
  });

  test.each(unsafe)('%s is clamped and reported once when the caller goes on', (_name, members, fault, path) => {
    const read = readTar(rawTar(...members, { name: 'next', body: 'n' }));
    expect(read.faults).toHaveLength(1);
    expect(read.faults[0]).toMatchObject({ code: fault });
    expect(read.entries.map((entry) => entry.path)).toEqual([path, 'next']);
    expect(read.contents[1]).toBe('n$');
  });

  test.each([
    ['an unknown type', { name: 'm', type: 'M', body: 'data' }, 'TAR_TYPE_UNSUPPORTED'],
    ['a file without a name', { name: './', type: '6' }, 'TAR_PATH_INVALID'],
    ['a global header that sets a path', { ...pax({ path: 'all' }), type: 'g' }, 'TAR_AMBIGUOUS'],
  ])('%s is refused, or reported and passed over', (_name, member, fault) => {
    expect(() => readTar(rawTar(member), { onUnsafe: 'refuse' })).toThrow(code(fault));
    const read = readTar(rawTar(member, { name: 'next', body: 'n' }));
    expect(read.faults).toMatchObject([{ code: fault, offset: 0 }]);
    expect(read.entries.map((entry) => entry.path)).toEqual(['next']);
    expect(read.contents).toEqual(['n$']);
  });

  test('a global header with a comment changes nothing', () => {
    expect(readTar(rawTar({ ...pax({ comment: 'c' }), type: 'g' }, { name: 'a' })).faults).toEqual([]);
  });

  test('the blocks of an old sparse map are passed over', () => {
    const sparse = rawMember({ name: 's', type: 'S', body: 'data', patch: (block) => void (block[482] = 1) });
    const map = [Buffer.alloc(512), Buffer.alloc(512)];
    map[0]?.writeUInt8(1, 504);
    const tar = rawTar(sparse.subarray(0, 512), ...map, sparse.subarray(512), { name: 'next', body: 'n' });
    const read = readTar(tar);
    expect(read.entries).toMatchObject([{ path: 's', isSparse: true }, { path: 'next' }]);
    expect(read.contents).toEqual(['', 'n$']);
  });

  test('data behind the end is reported once, zeros are not', () => {
    const tar = rawTar({ name: 'a' });
    expect(readTar(Buffer.concat([tar, Buffer.alloc(9000)])).faults).toEqual([]);
    const tail = Buffer.concat([tar, Buffer.alloc(600), Buffer.from('xx'), rawTar({ name: 'b' })]);
    const read = readTar(tail, {}, 100);
    expect(read.faults).toMatchObject([{ code: 'TAR_TRAILING_DATA', offset: tar.length + 600 }]);
    expect(read.entries).toHaveLength(1);
  });
});

describe('broken archives', () => {
  const whole = rawTar(pax({ path: 'n' }), { name: 'a', body: 'x'.repeat(700) });

  test('an archive cut anywhere but behind a member is truncated, with the offset', () => {
    for (let length = 1; length < whole.length - 1024; length += 37) {
      expect(() => readTar(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'TAR_TRUNCATED', place: { offset: length } }),
      );
    }
  });

  test('an extended header without a member is truncated', () => {
    expect(() => readTar(whole.subarray(0, 1024))).toThrow(code('TAR_TRUNCATED'));
    expect(() => readTar(rawTar({ name: 'L', type: 'L', body: 'n\0' }))).toThrow(code('TAR_TRUNCATED'));
  });

  test.each([1024, 512, 0])('an archive that ends with %i zero bytes is whole', (zeros) => {
    const tar = whole.subarray(0, whole.length - 1024 + zeros);
    expect(readTar(tar, { onUnsafe: 'refuse' }).contents).toEqual([`${'x'.repeat(700)}$`]);
  });

  test.each([
    ['a wrong checksum', [{ name: 'a', checksum: '000000\0 ' }], 'TAR_HEADER_INVALID'],
    ['a size that is no number', [{ name: 'a', size: Buffer.from('0000000009x') }], 'TAR_HEADER_INVALID'],
    ['a negative size', [{ name: 'a', size: base256(-1) }], 'TAR_HEADER_INVALID'],
    ['a size beyond 2^53', [{ name: 'a', size: Buffer.alloc(12, 0x81) }], 'TAR_HEADER_INVALID'],
    ['a mode that is no number', [{ name: 'a', mode: 'rw-r--r' }], 'TAR_HEADER_INVALID'],
    ['a lone zero block', [Buffer.alloc(512), { name: 'a' }], 'TAR_HEADER_INVALID'],
    ['a PAX record of a wrong length', [{ type: 'x', body: '99 path=a\n' }, { name: 'a' }], 'TAR_PAX_INVALID'],
    ['a PAX record without a key', [{ type: 'x', body: '6 =ab\n' }, { name: 'a' }], 'TAR_PAX_INVALID'],
    ['a PAX record without a length', [{ type: 'x', body: ' path=a\n' }, { name: 'a' }], 'TAR_PAX_INVALID'],
    ['a PAX size that is no number', [pax({ size: '0x10' }), { name: 'a' }], 'TAR_PAX_INVALID'],
    ['a negative PAX size', [pax({ size: '-1' }), { name: 'a' }], 'TAR_PAX_INVALID'],
    ['a PAX time that is no number', [pax({ mtime: 'now' }), { name: 'a' }], 'TAR_PAX_INVALID'],
  ])('%s is an error', (_name, members, expected) => {
    expect(() => readTar(rawTar(...members))).toThrow(code(expected));
  });
});

describe('limits', () => {
  test.each([
    ['maxEntries', 1, [{ name: 'a' }, { name: 'b' }], 'TAR_TOO_MANY_ENTRIES'],
    ['maxPathBytes', 3, [{ name: 'abcd' }], 'TAR_PATH_TOO_LONG'],
    ['maxPathBytes', 3, [pax({ path: 'abcd' }), { name: 'a' }], 'TAR_PATH_TOO_LONG'],
    ['maxPathBytes', 3, [{ name: 'a', type: '2', link: 'abcd' }], 'TAR_PATH_TOO_LONG'],
    ['maxPathBytes', 3, [{ name: 'L', type: 'L', body: 'abcd\0' }, { name: 'a' }], 'TAR_PATH_TOO_LONG'],
    ['maxPaxBytes', 10, [pax({ path: 'abcdefgh' }), { name: 'a' }], 'TAR_PAX_TOO_LARGE'],
    ['maxPaxBytes', 10, [{ ...pax({ path: 'abcdefgh' }), type: 'g' }], 'TAR_PAX_TOO_LARGE'],
    ['maxEntryBytes', 3, [{ name: 'a', body: 'abcd' }], 'TAR_ENTRY_TOO_LARGE'],
    ['maxTotalBytes', 1500, [{ name: 'a', body: 'x'.repeat(1000) }], 'TAR_TOO_LARGE'],
  ])('%s %i is kept, with the place', (limit, value, members, expected) => {
    expect(() => readTar(rawTar(...members), { limits: { [limit]: value }, file: 'layer.tar' })).toThrow(
      expect.objectContaining({ code: expected, place: expect.objectContaining({ file: 'layer.tar' }) as unknown }),
    );
    expect(() => readTar(rawTar(...members), { limits: { [limit]: value * 10_000 } })).not.toThrow();
  });

  test('a declared size is refused before its bytes arrive', () => {
    const header = rawMember({ name: 'bomb', size: base256(2 ** 40) }).subarray(0, 512);
    const reader = new TarReader({ onUnsafe: 'refuse', onEntry: () => undefined });
    expect(() => reader.write(header)).toThrow(code('TAR_ENTRY_TOO_LARGE'));
  });
});
