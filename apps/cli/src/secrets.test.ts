import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, writeCosignKey } from '@stella-ops/engine-envelope';
import { expect, test } from 'vitest';
import type { Context } from './context.ts';
import { openSigner, passwordFromEnvironment } from './secrets.ts';
import { testContext } from './testing/test-context.ts';

const cwd = mkdtempSync(join(tmpdir(), 'stella-secrets-'));
const key = generateKey('p256');
writeFileSync(join(cwd, 'sealed.key'), writeCosignKey(key, 'open sesame', randomBytes));
writeFileSync(join(cwd, 'open.key'), writeCosignKey(key, '', randomBytes));
writeFileSync(join(cwd, 'password'), 'open sesame\n');
const withEnv = (env: Context['env'], more: Partial<Context> = {}): Context => testContext({ cwd, env, ...more });

test.each<[what: string, env: Context['env'], password: string | undefined]>([
  ['nothing', {}, undefined],
  ['our variable', { STELLA_KEY_PASSWORD: 'a', COSIGN_PASSWORD: 'b' }, 'a'],
  ["cosign's variable", { COSIGN_PASSWORD: 'b' }, 'b'],
  ['a file, without its last newline', { STELLA_KEY_PASSWORD_FILE: 'password' }, 'open sesame'],
  [
    'our file before the variable of cosign',
    { STELLA_KEY_PASSWORD_FILE: 'password', COSIGN_PASSWORD: 'b' },
    'open sesame',
  ],
  ['an empty variable, which is a password', { STELLA_KEY_PASSWORD: '' }, ''],
])('the password comes from %s', async (_, env, password) => {
  expect(await passwordFromEnvironment(withEnv(env))).toBe(password);
});

test('a password file that is not there is an error, never another password', async () => {
  const env = { STELLA_KEY_PASSWORD_FILE: 'none', COSIGN_PASSWORD: 'open sesame' };
  await expect(openSigner('sealed.key', withEnv(env))).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    place: { file: 'none' },
  });
});

test('a key without a password opens without being asked for', async () => {
  const askSecret = () => Promise.reject(new Error('asked'));
  expect((await openSigner('open.key', withEnv({}, { askSecret }))).keyHint).toBe(key.keyHint);
});

test('on a terminal the password is asked for, by the name of the key', async () => {
  const asked: string[] = [];
  const askSecret = (prompt: string) => {
    asked.push(prompt);
    return Promise.resolve('open sesame');
  };
  expect((await openSigner('sealed.key', withEnv({}, { askSecret }))).keyHint).toBe(key.keyHint);
  expect(asked).toEqual(['Password of sealed.key: ']);
});

test('without a terminal a missing password is an error with the way out', async () => {
  await expect(openSigner('sealed.key', withEnv({}))).rejects.toMatchObject({ code: 'PASSWORD_MISSING', exit: 3 });
});

test('a wrong password is an error that does not hold it', async () => {
  const opening = openSigner('sealed.key', withEnv({ STELLA_KEY_PASSWORD: 'open barley' }));
  await expect(opening).rejects.toMatchObject({ code: 'KEY_PASSWORD', exit: 3 });
  await opening.catch((error: Error) => expect(error.message).not.toContain('barley'));
});
