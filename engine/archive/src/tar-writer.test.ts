import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectBytes, fromChunks } from './chunks.ts';
import { encodeTarHeader } from './tar-header.ts';
import { type TarMember, writeTar } from './tar-writer.ts';
import { readTar } from './testing/read-tar.ts';

const write = (...members: TarMember[]) => collectBytes(writeTar(members));

test('members come back in the order given, with fixed owner and modes', async () => {
  const tar = await write(
    { path: 'z', type: 'directory' },
    { path: 'z/run', content: Buffer.from('#!'), mode: 0o755 },
    { path: 'a', content: fromChunks([Buffer.from('he'), Buffer.from('llo')]), size: 5 },
    { path: 's', type: 'symlink', linkTarget: '../out' },
    { path: 'h', type: 'hardlink', linkTarget: 'a' },
  );
  const read = readTar(tar, { onUnsafe: 'refuse' });
  expect(read.entries).toMatchObject([
    { path: 'z', type: 'directory', mode: 0o755, mtime: 0 },
    { path: 'z/run', type: 'file', mode: 0o755, size: 2 },
    { path: 'a', type: 'file', mode: 0o644, size: 5 },
    { path: 's', type: 'symlink', linkTarget: '../out' },
    { path: 'h', type: 'hardlink', linkTarget: 'a' },
  ]);
  expect(read.contents).toEqual(['$', '#!$', 'hello$', '$', '$']);
  expect(tar.length).toBe(512 + 1024 + 1024 + 512 + 512 + 1024);
});

test('the bytes of a plain member are ustar to the letter', async () => {
  const tar = await collectBytes(writeTar([{ path: 'a.txt', content: Buffer.from('hi') }], { mtime: 1 }));
  const expected = Buffer.alloc(512 + 512 + 1024);
  expected.write('a.txt', 0);
  expected.write('0000644\x000000000\x000000000\x0000000000002\x0000000000001\x00', 100, 'latin1');
  expected.write('006717\0 0', 148, 'latin1');
  expected.write('ustar\x0000', 257, 'latin1');
  expected.write('hi', 512);
  expect(tar.toString('latin1')).toBe(expected.toString('latin1'));
});

describe('PAX headers stand only where ustar cannot say it', () => {
  const dirs = (count: number) => 'directory/'.repeat(count);
  test.each([
    ['a name of 100 bytes', { path: 'n'.repeat(100) }, 512],
    ['a name of 101 bytes without a slash', { path: 'n'.repeat(101) }, 1536],
    ['a path of 255 bytes that splits', { path: `${dirs(15)}12345/${'n'.repeat(99)}` }, 512],
    ['a path that splits only before 156 bytes', { path: `${'p'.repeat(155)}/${'n'.repeat(100)}` }, 512],
    ['a path whose directory part is too long', { path: `${'p'.repeat(156)}/n` }, 1536],
    ['a path whose last part is too long', { path: `p/${'n'.repeat(101)}` }, 1536],
    ['a name that is not ASCII', { path: 'ő' }, 1536],
    ['a name with a control character', { path: 'a\nb' }, 1536],
    ['a size below 8 GiB', { path: 'a', size: 8 ** 11 - 1 }, 512],
    ['a size of 8 GiB', { path: 'a', size: 8 ** 11 }, 1536],
    ['a time before 1970', { path: 'a', mtime: -1 }, 1536],
    ['a link target of 100 bytes', { path: 'a', type: 'symlink', linkTarget: 'l'.repeat(100) }, 512],
    ['a link target of 101 bytes', { path: 'a', type: 'symlink', linkTarget: 'l'.repeat(101) }, 1536],
    ['a directory of 100 bytes, slash included', { path: 'd'.repeat(99), type: 'directory' }, 512],
    ['a directory of 101 bytes, slash included', { path: 'd'.repeat(100), type: 'directory' }, 1536],
  ] as const)('%s', (_name, header, bytes) => {
    expect(encodeTarHeader({ type: 'file', size: 0, ...header })).toHaveLength(bytes);
  });
});

test('whatever is written is read as it was, and again the same bytes', async () => {
  const part = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 90 })
    .filter((text) => !/[/\0]|^\.\.?$/.test(text));
  const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
  const member = fc.record({
    path,
    content: fc.uint8Array({ maxLength: 1500 }),
    mode: fc.integer({ min: 0, max: 0o7777 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(member, { maxLength: 5 }), fc.integer(), async (members, mtime) => {
      const tar = await collectBytes(writeTar(members, { mtime }));
      const read = readTar(tar, { onUnsafe: 'refuse' }, 700);
      expect(read.entries.map((entry) => [entry.path, entry.mode, entry.mtime, entry.size])).toEqual(
        members.map((one) => [one.path, one.mode, mtime, one.content.length]),
      );
      expect((await collectBytes(writeTar(members, { mtime }))).equals(tar)).toBe(true);
    }),
  );
});

test.each(['', '/a', 'a/', 'a//b', './a', 'a/../b', '..', 'a\0b', '\ud800', 'x'.repeat(4097)])(
  'the path %j is not written',
  async (path) => {
    await expect(write({ path, content: Buffer.alloc(0) })).rejects.toThrow(
      expect.objectContaining({ code: 'TAR_MEMBER_INVALID' }),
    );
  },
);

test.each([4, 6])('a stream that is not the %i bytes declared is an error', async (size) => {
  const members: TarMember[] = [{ path: 'a', content: fromChunks([Buffer.from('hello')]), size }];
  await expect(write(...members)).rejects.toThrow(expect.objectContaining({ code: 'TAR_MEMBER_INVALID' }));
});
