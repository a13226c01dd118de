import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInput, readLines } from './input.ts';
import { stdinOf, testContext } from './testing/test-context.ts';

const cwd = mkdtempSync(join(tmpdir(), 'stella-input-'));
writeFileSync(join(cwd, 'file'), 'content');
const context = testContext({ cwd });

test('a file is read from the current folder of the command', async () => {
  expect((await readInput('file', context)).toString()).toBe('content');
});

test.each([
  ['what is not there', 'none', { code: 'FILE_NOT_FOUND', exit: 4 }],
  ['what lies below a file', 'file/below', { code: 'FILE_NOT_FOUND', exit: 4 }],
  ['a folder', '.', { code: 'FILE_UNREADABLE', exit: 2 }],
  ['a device without end', '/dev/zero', { code: 'FILE_UNREADABLE', exit: 2 }],
])('%s is an error that names it', async (_, path, error) => {
  await expect(readInput(path, context)).rejects.toMatchObject({ ...error, place: { file: path } });
});

test('a file over the limit is refused before it is read', async () => {
  await expect(readInput('file', context, 6)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: 'file is larger than 6 bytes',
  });
  expect(await readInput('file', context, 7)).toHaveLength(7);
});

test('standard input is read as it comes, and no further than the limit', async () => {
  expect((await readInput('-', testContext({ stdin: stdinOf('a', 'bc') }))).toString()).toBe('abc');
  let taken = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      taken++;
      yield await Promise.resolve(Buffer.alloc(10));
    }
  }
  await expect(readInput('-', testContext({ stdin: endless() }), 25)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    place: { file: '-' },
  });
  expect(taken).toBe(3);
});

test('lines keep their numbers when blank ones are passed over, and lose carriage returns', async () => {
  const stdin = stdinOf('a\r\n\n  \nb', ' c\n');
  expect(await readLines(testContext({ stdin }))).toEqual([
    { number: 1, text: 'a' },
    { number: 4, text: 'b c' },
  ]);
});

test('a character that is cut between two chunks stays whole', async () => {
  const bytes = Buffer.from('é');
  async function* halves(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes.subarray(0, 1));
    yield bytes.subarray(1);
  }
  expect(await readLines(testContext({ stdin: halves() }))).toEqual([{ number: 1, text: 'é' }]);
});
