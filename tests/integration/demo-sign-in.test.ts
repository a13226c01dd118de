import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signIn } from '@stella-ops/app-server/demo';
import { SYSTEM_ROUTES } from '@stella-ops/contracts';
import { expect, onTestFinished, test } from 'vitest';

/** Gives tokens of a length, and says which one came with each request. */
async function issuer(expiresInSeconds: number): Promise<{ readonly url: string; readonly seen: string[] }> {
  let tokens = 0;
  const seen: string[] = [];
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/oidc/token') {
      response.end(JSON.stringify({ access_token: `token-${++tokens}`, expires_in: expiresInSeconds }));
      return;
    }
    seen.push(request.headers.authorization ?? '');
    response.end(JSON.stringify({ status: 'ok' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test.each([
  ['a token that lasts serves every request', 300, ['Bearer token-1', 'Bearer token-1']],
  ['a token that is about to end is replaced before it is used', 30, ['Bearer token-2', 'Bearer token-3']],
])('%s', async (_, seconds, expected) => {
  const { url, seen } = await issuer(seconds);
  const person = await signIn(url, 'shop', 'rosa', 'a password');
  for (let n = 0; n < 2; n++) {
    await person
      .client(SYSTEM_ROUTES)
      .capabilities({})
      .catch(() => undefined);
  }
  expect(seen).toEqual(expected);
});
