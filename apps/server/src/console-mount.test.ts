import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consoleFiles } from './console-mount.ts';

let folder: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stella-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'assets', 'main-abcdef12.js'), 'plain');
  writeFileSync(join(folder, 'assets', 'main-abcdef12.js.br'), 'small');
  writeFileSync(join(folder, 'assets', 'mark.svg'), '<svg/>');
  const files = consoleFiles(folder);
  server = createServer((request, response) => {
    if (!files(request, response)) response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The path as it is: `fetch` would tidy it first. */
function get(path: string, headers: Record<string, string> = { accept: 'text/html' }, method = 'GET'): Promise<Got> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    ask({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the files of the console', () => {
  test('navigations anywhere get the page, never from a cache unasked', async () => {
    for (const path of ['/', '/promotions/1', '/login/callback?code=1', '/apiary']) {
      const { status, headers, text } = await get(path);
      expect([path, status, headers['cache-control'], text.includes('page')]).toEqual([path, 200, 'no-cache', true]);
    }
  });

  test('addresses of the API, of the issuer and of probes never get the page', async () => {
    for (const path of [
      '/api',
      '/api/v1/nope',
      '/oidc/x',
      '/health/x',
      '/metrics',
      '/log/tile',
      '/agent/v1/enrol',
      '/version',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
  });

  test('programs that do not ask for a page, and writers, get none', async () => {
    expect((await get('/promotions', { accept: 'application/json' })).status).toBe(404);
    expect((await get('/promotions', { accept: 'text/html' }, 'POST')).status).toBe(404);
  });

  test('the policy allows the own scripts and nothing else: no inline, no eval, no other origin, trusted types', async () => {
    const policy = String((await get('/')).headers['content-security-policy']);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "require-trusted-types-for 'script'",
    ])
      expect(policy.split('; ')).toContain(directive);
  });

  test('names with a hash are kept for ever, others are asked for again', async () => {
    expect((await get('/assets/main-abcdef12.js')).headers['cache-control']).toBe(
      'public, max-age=31536000, immutable',
    );
    expect((await get('/assets/mark.svg')).headers['cache-control']).toBe('no-cache');
  });

  test('the compressed form goes only to who takes it', async () => {
    const small = await get('/assets/main-abcdef12.js', { 'accept-encoding': 'gzip, br' });
    expect([small.text, small.headers['content-encoding'], small.headers['vary']]).toEqual([
      'small',
      'br',
      'accept-encoding',
    ]);
    const refused = await get('/assets/main-abcdef12.js', { 'accept-encoding': 'br;q=0' });
    expect([refused.text, refused.headers['content-encoding']]).toEqual(['plain', undefined]);
  });

  test('nothing outside the assets can be read, whatever the path says', async () => {
    for (const path of [
      '/assets/../secret.txt',
      '/assets/%2e%2e/secret.txt',
      '/assets/..%2fsecret.txt',
      '/assets//etc/passwd',
      '/assets/nothing-abcdef12.js',
      '/assets/',
    ])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
  });
});
