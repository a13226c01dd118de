import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testContext } from '../testing/test-context.ts';
import { openSession, readTokenFile } from './session.ts';

const cwd = mkdtempSync(join(tmpdir(), 'stella-session-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
writeFileSync(join(cwd, 'good'), 'stella_1_abc\n');
writeFileSync(join(cwd, 'table'), 'token  stella_1_abc\nid     2\n');
writeFileSync(join(cwd, 'empty'), '\n');

test('a token file holds the token and at most a line end', async () => {
  expect(await readTokenFile('good', testContext({ cwd }))).toBe('stella_1_abc');
});

test.each([
  ['a file with more than the token', { STELLA_TOKEN_FILE: 'table' }, 'table'],
  ['an empty file', { STELLA_TOKEN_FILE: 'empty' }, 'empty'],
  ['a variable with a line end in it', { STELLA_TOKEN: 'stella_1_abc\n' }, 'STELLA_TOKEN'],
])('%s is refused before a server is asked, without repeating the secret', async (_, env, where) => {
  const session = openSession(testContext({ cwd, env }), 'http://127.0.0.1:1');
  await expect(session).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
    exit: 2,
    message: `${where} does not hold an API token alone`,
  });
});
