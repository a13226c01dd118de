import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { isSameOrigin, publicOrigin } from './origin.ts';

const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
const origin = (host: string, issuer: string) => publicOrigin(request({ host }), issuer).origin;

test('a named issuer is where it says it is, whatever the request says', () => {
  const issuer = 'https://stella.example/oidc';
  for (const host of ['evil.example', '127.0.0.1:8080', 'stella.example:444', '', '::::'])
    expect(origin(host, issuer), host).toBe('https://stella.example');
});

test('a loopback issuer goes by the loopback name and port that it was asked under', () => {
  const issuer = 'http://127.0.0.1:8080/oidc';
  expect(origin('127.0.0.1:9000', issuer)).toBe('http://127.0.0.1:9000');
  expect(origin('localhost:8080', issuer)).toBe('http://localhost:8080');
  for (const host of ['evil.example:8080', '127.0.0.1.evil.example', 'user@evil.example', '127.0.0.1@evil.example'])
    expect(origin(host, issuer), host).toBe('http://127.0.0.1:8080');
});

test('forms come from our own pages', () => {
  const issuer = 'https://stella.example/oidc';
  const same = (headers: Record<string, string>) => isSameOrigin(request(headers), issuer);
  expect(same({ origin: 'https://stella.example', 'sec-fetch-site': 'same-origin' })).toBe(true);
  expect(same({ origin: 'https://stella.example' })).toBe(true);
  expect(same({})).toBe(true);
  expect(same({ origin: 'null' })).toBe(false);
  expect(same({ origin: 'http://stella.example' })).toBe(false);
  expect(same({ origin: 'https://evil.example' })).toBe(false);
  expect(same({ 'sec-fetch-site': 'same-site' })).toBe(false);
  expect(same({ 'sec-fetch-site': 'cross-site' })).toBe(false);
});
