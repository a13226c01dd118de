import { createClient, httpTransport, type Transport } from '@stella-ops/contracts';
import { SAMPLE_ROUTES } from '@stella-ops/contracts/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { localTransport } from './local-transport.ts';
import { principalWith, sampleApp, TENANT } from './testing/sample-app.ts';

const app = sampleApp();
const baseUrl = await app.server.listen({ host: '127.0.0.1', port: 0 });
afterAll(() => app.server.drain({ noticeMs: 0, deadlineMs: 1000 }));

const http = (token = 'good') =>
  httpTransport({ baseUrl, authorize: () => Promise.resolve({ authorization: `Bearer ${token}` }) });
const wires: readonly (readonly [string, (scope?: 'vex.read') => Transport])[] = [
  ['over HTTP', (scope) => http(scope)],
  [
    'inside the process',
    (scope) =>
      localTransport(app.endpoints, app.pipeline, scope === undefined ? principalWith() : principalWith([scope])),
  ],
];
const body = { name: 'box', weight: 2, labels: { constructor: 'x' } };
const bytesOf = async (content: AsyncIterable<Uint8Array>): Promise<number> => {
  let size = 0;
  for await (const chunk of content) size += chunk.length;
  return size;
};

// One body for both wires: whatever one of them does, the other does.
describe.each(wires)('a call %s', (_name, transport) => {
  const client = createClient(SAMPLE_ROUTES, transport());

  test('takes typed input and answers with status, checked body and headers', async () => {
    const reply = await client.createCrate({ body });
    expect(reply).toMatchObject({ status: 201, body });
    expect(reply.header('etag')).toBe('"v1"');
  });

  test('drops members of an answer that the contract does not name', async () => {
    expect((await client.createCrate({ body })).body).not.toHaveProperty('passwordHash');
  });

  test('is refused without the scope, and nothing is done', async () => {
    const before = app.state.created.length;
    const poor = createClient(SAMPLE_ROUTES, transport('vex.read'));
    await expect(poor.createCrate({ body })).rejects.toMatchObject({ code: 'SCOPE_MISSING', status: 403 });
    expect(app.state.created).toHaveLength(before);
  });

  test('is refused when it names another tenant', async () => {
    const tenantId = TENANT.replace(/1$/, '2');
    await expect(client.ping({}, { tenantId })).resolves.toMatchObject({ status: 200 });
    await expect(client.listCrates({}, { tenantId })).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
    await expect(client.listCrates({}, { tenantId: TENANT })).resolves.toMatchObject({ status: 200 });
  });

  test('fails with the code, hint and violations of the server', async () => {
    const wrong = { name: 'No Slug', weight: 5000, labels: {} };
    await expect(client.createCrate({ body: wrong })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { violations: [{ pointer: '/body/name' }, { pointer: '/body/weight' }] },
    });
    await expect(client.createCrate({ body: { ...body, name: 'taken' } })).rejects.toMatchObject({
      code: 'CRATE_EXISTS',
      exit: 6,
      hint: 'Choose another name.',
    });
  });

  test('reads numbers, booleans and lists of a query, with defaults', async () => {
    const { body: page } = await client.listCrates({ query: { limit: 3, heavy: false, name: ['a', 'b'] } });
    expect(page.items).toHaveLength(3);
    expect(page.next).toBeTypeOf('string');
  });

  test('goes through all pages by cursor', async () => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const { body: page } = await client.listCrates({
        query: { limit: 4, ...(cursor === undefined ? {} : { cursor }) },
      });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(Array.from({ length: 10 }, (_, n) => `c${n}`));
  });

  test('with a used idempotency key gets the recorded answer; another body under it is refused', async () => {
    const options = { idempotencyKey: `key-${_name.replaceAll(' ', '-')}` };
    const before = app.state.created.length;
    const first = await client.createCrate({ body }, options);
    const second = await client.createCrate({ body }, options);
    expect(second.body).toEqual(first.body);
    expect([first.header('idempotency-replayed'), second.header('idempotency-replayed')]).toEqual([undefined, 'true']);
    expect(app.state.created).toHaveLength(before + 1);
    await expect(client.createCrate({ body: { ...body, weight: 3 } }, options)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      status: 422,
    });
  });

  test('uploads and downloads bytes as streams; a read that must be seen is recorded', async () => {
    async function* content(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 5; n++) yield await Promise.resolve(Buffer.alloc(1000));
    }
    const params = { crateId: 'x' };
    const upload = await client.uploadCrate({
      params,
      body: { contentType: 'application/octet-stream', content: content() },
    });
    expect(upload.body).toEqual({ sizeBytes: 5000 });
    const download = await client.downloadCrate({ params });
    expect(download.body.contentType).toBe('application/octet-stream');
    expect(await bytesOf(download.body.content)).toBe(3000);
    expect(app.state.audited.at(-1)).toBe('sample.download u1 {"crateId":"x"}');
  });

  test('follows events from a position, ends when the reader goes away', async () => {
    const { body: events } = await client.watchCrates({}, { lastEventId: '1' });
    const seen: unknown[] = [];
    for await (const event of events) {
      seen.push(event);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([
      { id: '2', event: 'crate.changed', data: { crate: 'c2' } },
      { id: '3', event: 'crate.changed', data: { crate: 'c3' } },
    ]);
    await expect.poll(() => app.state.stopped.includes('watch')).toBe(true);
  });

  test('is told by a reset when its position is no longer kept', async () => {
    const { body: events } = await client.watchCrates({}, { lastEventId: '77' });
    for await (const event of events) {
      expect(event).toEqual({ id: '3', event: 'reset', data: { after: '3' } });
      break;
    }
  });

  test('of an empty answer has no body', async () => {
    expect(await client.removeCrate({ params: { crateId: 'a/../b?c' } })).toMatchObject({
      status: 204,
      body: undefined,
    });
  });

  test('with a stale ETag changes nothing', async () => {
    const params = { crateId: 'x' };
    const { version } = app.state;
    const change = (ifMatch?: string) =>
      client.changeCrate({ params, body: { weight: 1 } }, ifMatch === undefined ? {} : { ifMatch });
    await expect(change()).rejects.toMatchObject({ code: 'PRECONDITION_REQUIRED', status: 428 });
    await expect(change('"v0"')).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', status: 412 });
    expect(app.state.version).toBe(version);
    await expect(change(`"v${version}"`)).resolves.toMatchObject({ status: 200 });
  });

  test('never shows what an unexpected fault says', async () => {
    const error: unknown = await client.getCrate({ params: { crateId: 'crash' } }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'INTERNAL', status: 500 });
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
    expect(String(app.state.failures.at(-1))).toContain('hunter2');
  });

  test('is not answered with what breaks the contract', async () => {
    await expect(client.getCrate({ params: { crateId: 'broken' } })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

test('work that took too long is told to stop', async () => {
  const slow = sampleApp({ times: { deadlineMs: 20 } });
  slow.state.hold = Promise.withResolvers<void>().promise;
  const client = createClient(SAMPLE_ROUTES, localTransport(slow.endpoints, slow.pipeline, principalWith()));
  await expect(client.createCrate({ body })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', exit: 10 });
  expect(slow.state.stopped).toEqual(['create']);
});

test('a server that is not there can be told from one that refuses', async () => {
  const client = createClient(SAMPLE_ROUTES, httpTransport({ baseUrl: 'http://127.0.0.1:1' }));
  await expect(client.ping({})).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE', exit: 10 });
});

test('a redirect is not followed: it would take the token along', async () => {
  const fetch: typeof globalThis.fetch = (_input, init) => {
    expect(init?.redirect).toBe('error');
    return Promise.reject(new TypeError('redirect'));
  };
  const client = createClient(SAMPLE_ROUTES, httpTransport({ baseUrl, fetch }));
  await expect(client.ping({})).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
});
