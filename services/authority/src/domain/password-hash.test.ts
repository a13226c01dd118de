import { systemRandomness } from '@stella-ops/platform/runtime';
import { expect, test } from 'vitest';
import { HasherBusy, passwordHasher } from './password-hash.ts';

test('a password is right, another one, another hash and no hash are wrong', async () => {
  const hasher = passwordHasher(systemRandomness);
  const kept = await hasher.hash('a horse eats 7 carrots');
  expect(kept).toMatch(/^scrypt\$15\$8\$3\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/);
  expect(kept).not.toContain('horse');
  expect(await hasher.check('a horse eats 7 carrots', kept)).toBe(true);
  expect(await hasher.check('a horse eats 8 carrots', kept)).toBe(false);
  expect(await hasher.check('a horse eats 7 carrots', undefined)).toBe(false);
  expect(await hasher.check('a horse eats 7 carrots', kept.replace('$3$', '$1$'))).toBe(false);
  expect(await hasher.check('a horse eats 7 carrots', 'plain')).toBe(false);
});

test('the same password in another normal form is the same', async () => {
  const hasher = passwordHasher(systemRandomness);
  const kept = await hasher.hash('käse und brötchen');
  expect(await hasher.check('ka\u0308se und bro\u0308tchen', kept)).toBe(true);
});

test('too many at once are turned away, and the rest are served', async () => {
  const hasher = passwordHasher(systemRandomness);
  const results = await Promise.allSettled(
    Array.from({ length: 70 }, () => hasher.check('x', 'scrypt$1$1$1$AAAAAAAAAAAAAAAAAAAAAA$' + 'A'.repeat(43))),
  );
  const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  expect(refused).toHaveLength(4);
  expect(refused.every(({ reason }) => reason instanceof HasherBusy)).toBe(true);
  expect(await hasher.check('x', undefined)).toBe(false);
});
