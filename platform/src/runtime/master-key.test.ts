import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemRandomness } from './clock.ts';
import { openMasterKey } from './master-key.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'master-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const secret = Buffer.from('what nobody reads');
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

test('a key that is absent is made for its owner alone, and the next start opens what was sealed', () => {
  const path = join(folder, 'secrets', 'master-key');
  const sealed = openMasterKey(path, systemRandomness).seal(secret, 'a');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(folder, 'secrets'))).toEqual(['master-key']);
  expect(openMasterKey(path, systemRandomness).open(sealed, 'a')).toEqual(secret);
});

test('a sealed text opens with its own key, in its own context and unchanged only', () => {
  const key = openMasterKey(join(folder, 'one'), systemRandomness);
  const other = openMasterKey(join(folder, 'two'), systemRandomness);
  const sealed = key.seal(secret, 'signer:key:1');
  expect(() => other.open(sealed, 'signer:key:1')).toThrow(code('SEALED_INVALID'));
  expect(() => key.open(sealed, 'signer:key:2')).toThrow(code('SEALED_INVALID'));
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (let place = 0; place < bytes.length; place++) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 1;
    expect(() => key.open(`v1.${changed.toString('base64url')}`, 'signer:key:1'), `byte ${place}`).toThrow(
      code('SEALED_INVALID'),
    );
  }
  for (const text of ['', 'v1.', 'v1.AAAA', sealed.slice(3), `v2.${sealed.slice(3)}`, sealed.slice(0, -4)])
    expect(() => key.open(text, 'signer:key:1'), text).toThrow(code('SEALED_INVALID'));
});

test('the same secret is sealed differently each time and does not show', () => {
  const key = openMasterKey(join(folder, 'one'), systemRandomness);
  const [one, two] = [key.seal(secret, 'a'), key.seal(secret, 'a')];
  expect(one).not.toBe(two);
  expect(Buffer.from(one.slice(3), 'base64url').includes(secret)).toBe(false);
});

test('a file that holds no key is refused and left as it is', () => {
  const path = join(folder, 'master-key');
  for (const text of ['', 'short', 'A'.repeat(43), `${'A'.repeat(43)}=${'A'.repeat(8)}`]) {
    writeFileSync(path, text);
    expect(() => openMasterKey(path, systemRandomness), text).toThrow(code('MASTER_KEY_INVALID'));
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
});

test('a key that cannot be read is never replaced by a new one', () => {
  const path = join(folder, 'master-key');
  mkdirSync(path);
  expect(() => openMasterKey(path, systemRandomness)).toThrow(code('MASTER_KEY_INVALID'));
  expect(statSync(path).isDirectory()).toBe(true);
});
