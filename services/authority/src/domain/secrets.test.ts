import { systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import { expect, test } from 'vitest';
import { apiTokenText, hashOfSecret, isSecretOf, newSecret, parseApiToken } from './secrets.ts';

test('a token says its id and secret, and nothing else is one', () => {
  const [id, secret] = [systemIds.uuid(), newSecret(systemRandomness)];
  const text = apiTokenText(id, secret);
  expect(parseApiToken(text)).toEqual({ id, secret });
  for (const wrong of [
    text.slice(1),
    `${text}A`,
    text.toUpperCase(),
    text.replace('stella_', 'stella-'),
    `${text}\n`,
    '',
  ])
    expect(parseApiToken(wrong), wrong).toBeUndefined();
});

test('a secret is known by its hash alone', () => {
  const secret = newSecret(systemRandomness);
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(isSecretOf(hashOfSecret(secret), secret)).toBe(true);
  expect(isSecretOf(hashOfSecret(secret), `${secret}A`)).toBe(false);
  expect(isSecretOf('', secret)).toBe(false);
  expect(isSecretOf(secret, secret)).toBe(false);
});
