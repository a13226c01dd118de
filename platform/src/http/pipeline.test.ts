import { afterAll, describe, expect, test } from 'vitest';
import { SECURITY_HEADERS } from './security-headers.ts';
import { sampleApp } from './testing/sample-app.ts';
import { tokenBuckets } from './rate-limit.ts';

const { server, state } = sampleApp();
afterAll(() => server.drain({ noticeMs: 0, deadlineMs: 1000 }));

const good = { authorization: 'Bearer good' };
const json = { ...good, 'content-type': 'application/json' };
const post = (body: string | Buffer, headers: Record<string, string> = json) =>
  server.inject({ method: 'POST', url: '/api/v1/crates', headers, body });
const get = (url: string, headers: Record<string, string> = good) => server.inject({ method: 'GET', url, headers });
const problemOf = ({ status, text }: { status: number; text: string }) => {
  const problem = JSON.parse(text) as {
    code: string;
    traceId: string;
    place?: object;
    violations: { pointer: string }[];
  };
  return { ...problem, status };
};
const valid = JSON.stringify({ name: 'box', weight: 1, labels: {} });

describe('who may call', () => {
  test('no token is 401 with a challenge, a forged one 401 too, a missing scope 403', async () => {
    const none = await get('/api/v1/crates', {});
    expect(problemOf(none)).toMatchObject({ status: 401, code: 'AUTH_REQUIRED' });
    expect(none.headers['www-authenticate']).toBe('Bearer');
    expect(problemOf(await get('/api/v1/crates', { authorization: 'Bearer forged' })).code).toBe('AUTH_INVALID');
    const poor = problemOf(await get('/api/v1/crates', { authorization: 'Bearer vex.read' }));
    expect(poor).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
  });

  test('every scope of a route is needed, not one of them', async () => {
    const one = { authorization: 'Bearer release.write' };
    const reply = await server.inject({ method: 'DELETE', url: '/api/v1/crates/x', headers: one });
    expect(problemOf(reply).code).toBe('SCOPE_MISSING');
  });

  test('a stranger learns nothing of the body: authentication comes before reading it', async () => {
    expect(problemOf(await post('{broken', { 'content-type': 'text/xml' })).code).toBe('AUTH_REQUIRED');
  });

  test('the tenant header and its alias must name the token’s tenant', async () => {
    for (const name of ['x-stella-tenant', 'x-stellaops-tenant']) {
      expect(problemOf(await get('/api/v1/crates', { ...good, [name]: 'other' })).code).toBe('TENANT_MISMATCH');
    }
  });

  test('a read that must be seen fails when it cannot be recorded', async () => {
    const blind = sampleApp({ pipeline: { audit: { record: () => Promise.reject(new Error('disk full')) } } });
    const url = '/api/v1/crates/x/content';
    expect((await blind.server.inject({ method: 'GET', url, headers: good })).status).toBe(500);
    expect(String(blind.state.failures[0])).toContain('disk full');
  });

  test('a change that somebody known may not make is recorded as refused; a list that they may not see is not', async () => {
    const told: string[] = [];
    const watched = sampleApp({
      pipeline: {
        audit: {
          record: ({ routeId, outcome, code }) => {
            told.push(`${routeId} ${outcome} ${code}`);
            return Promise.resolve();
          },
        },
      },
    });
    const headers = { authorization: 'Bearer evidence.read', 'content-type': 'application/json' };
    const url = '/api/v1/crates';
    expect((await watched.server.inject({ method: 'POST', url, headers, body: '{}' })).status).toBe(403);
    expect((await watched.server.inject({ method: 'GET', url, headers })).status).toBe(403);
    expect((await watched.server.inject({ method: 'POST', url, body: '{}' })).status).toBe(401);
    expect(told).toEqual(['sample.create refused SCOPE_MISSING']);
  });

  test('too many requests of one actor are told when to come back; others go on', async () => {
    let nowMs = 0;
    const limiter = tokenBuckets({ burst: 2, perSecond: 0.5, nowMs: () => nowMs });
    const limited = sampleApp({ pipeline: { limiter } });
    const ask = (authorization: string) =>
      limited.server.inject({ method: 'GET', url: '/api/v1/crates', headers: { authorization } });
    const statuses = [await ask('Bearer good'), await ask('Bearer good'), await ask('Bearer good')];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(statuses[2]?.headers['retry-after']).toBe('2');
    expect((await ask('Bearer forged')).status).toBe(401);
    nowMs = 2000;
    expect((await ask('Bearer good')).status).toBe(200);
  });

  test('guessing tokens is limited by address', async () => {
    const limited = sampleApp({ pipeline: { limiter: tokenBuckets({ burst: 1, perSecond: 1, nowMs: () => 0 }) } });
    const ask = () =>
      limited.server.inject({ method: 'GET', url: '/api/v1/crates', headers: { authorization: 'Bearer forged' } });
    expect([(await ask()).status, (await ask()).status]).toEqual([401, 429]);
  });
});

describe('hostile bodies', () => {
  test.each<[string, number, string, string | Buffer]>([
    ['no JSON', 422, 'JSON_INVALID', '{"name": }'],
    ['nothing', 422, 'JSON_INVALID', ''],
    ['bytes that are no UTF-8', 422, 'ENCODING_INVALID', Buffer.from([0x22, 0xff, 0x22])],
    ['nesting without end', 422, 'JSON_TOO_DEEP', '['.repeat(100_000)],
    ['more than a mebibyte', 413, 'BODY_TOO_LARGE', ' '.repeat(1024 * 1024 + 1)],
    ['a member twice', 400, 'BODY_DUPLICATE_MEMBER', '{"name":"a","name":"b"}'],
    ['a member twice, spelled differently', 400, 'BODY_DUPLICATE_MEMBER', '{"name":"a","n\\u0061me":"b"}'],
    ['__proto__', 400, 'REQUEST_INVALID', '{"labels":{"__proto__":{"isAdmin":true}}}'],
    ['an unpaired surrogate', 400, 'REQUEST_INVALID', '{"name":"\\ud800"}'],
    ['U+0000', 400, 'REQUEST_INVALID', '{"labels":{"a":"\\u0000"}}'],
    ['an unknown member', 400, 'REQUEST_INVALID', '{"name":"a","weight":1,"labels":{},"tenantId":"x"}'],
    ['a list', 400, 'REQUEST_INVALID', '[]'],
  ])('%s is refused with %i %s', async (_name, status, code, body) => {
    const before = state.created.length;
    expect(problemOf(await post(body))).toMatchObject({ status, code });
    expect(state.created).toHaveLength(before);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  test('a fault in a document is named by line and column', async () => {
    expect(problemOf(await post('{\n  "name": x\n}')).place).toEqual({ line: 2, column: 11 });
    expect(problemOf(await post('{\n "a": 1,\n "a": 2}')).place).toEqual({ line: 3, column: 2 });
  });

  test.each([
    'text/plain',
    'application/json; charset=utf-16',
    'application/json ; a=b',
    'application/jsonx',
    'application/json, text/plain',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    '',
  ])('the media type %j chooses no other parser: the route decides', async (type) => {
    const reply = await post(valid, { ...good, 'content-type': type });
    expect([400, 415]).toContain(reply.status);
    expect(['MEDIA_TYPE_UNSUPPORTED', 'REQUEST_MALFORMED']).toContain(problemOf(reply).code);
  });

  test.each(['application/json', 'application/json;charset=UTF-8', 'APPLICATION/JSON ; charset="utf-8"'])(
    '%j is JSON',
    async (type) => {
      expect((await post(valid, { ...good, 'content-type': type })).status).toBe(201);
    },
  );

  test('a compressed body is refused, not unpacked', async () => {
    const reply = await post(valid, { ...json, 'content-encoding': 'gzip' });
    expect(problemOf(reply).code).toBe('MEDIA_TYPE_UNSUPPORTED');
  });

  test('a route without a body takes none', async () => {
    const reply = await server.inject({ method: 'DELETE', url: '/api/v1/crates/x', headers: json, body: '{}' });
    expect(problemOf(reply)).toMatchObject({ status: 400, code: 'BODY_UNEXPECTED' });
  });

  test('a byte stream is cut off at the route’s size', async () => {
    const headers = { ...good, 'content-type': 'application/octet-stream' };
    const url = '/api/v1/crates/x/content';
    const put = (size: number) => server.inject({ method: 'PUT', url, headers, body: Buffer.alloc(size) });
    expect((await put(100_000)).text).toBe('{"sizeBytes":100000}');
    expect(problemOf(await put(100_001)).code).toBe('BODY_TOO_LARGE');
  });
});

describe('hostile addresses', () => {
  test.each([
    ['/api/v1/crates/%E0%A4%A', 400, 'REQUEST_MALFORMED'],
    ['/api/v1/crates/a%00b', 400, 'REQUEST_INVALID'],
    ['/api/v1/crates?name=a%00b', 400, 'REQUEST_INVALID'],
    ['/api/v1/crates?__proto__=1', 400, 'REQUEST_INVALID'],
    ['/api/v1/crates?limit=0x10', 400, 'REQUEST_INVALID'],
    ['/api/v1/crates?limit=1000', 400, 'REQUEST_INVALID'],
    ['/api/v1/crates?limit=1&limit=2', 400, 'REQUEST_INVALID'],
    ['/api/v1/crates?cursor=constructor', 400, 'CURSOR_INVALID'],
    ['/api/v1/crates/x?a=1', 400, 'REQUEST_INVALID'],
    ['/api/v1/nothing', 404, 'ROUTE_UNKNOWN'],
    ['/__proto__', 404, 'ROUTE_UNKNOWN'],
    [`/api/v1/crates/${'x'.repeat(2000)}`, 400, 'REQUEST_MALFORMED'],
  ])('%.40s is %i %s', async (url, status, code) => {
    expect(problemOf(await get(url))).toMatchObject({ status, code });
  });

  test('a cursor does not go on under another filter', async () => {
    const { next } = JSON.parse((await get('/api/v1/crates?limit=2&heavy=true')).text) as { next: string };
    expect((await get(`/api/v1/crates?limit=2&heavy=true&cursor=${next}`)).status).toBe(200);
    expect(problemOf(await get(`/api/v1/crates?limit=2&heavy=false&cursor=${next}`)).code).toBe('CURSOR_INVALID');
  });
});

describe('answers', () => {
  test('every answer, problems too, has the security headers and its ids', async () => {
    for (const reply of [await get('/api/v1/ping'), await get('/nothing'), await get('/api/v1/crates', {})]) {
      expect(reply.headers).toMatchObject(SECURITY_HEADERS);
    }
    expect((await get('/api/v1/ping')).headers['x-stella-trace-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  test('ids of the caller are kept when well-formed, never copied when not', async () => {
    const trace = 'a'.repeat(32);
    const sent = { 'x-stella-request-id': 'req-1', traceparent: `00-${trace}-${'b'.repeat(16)}-01` };
    expect((await get('/api/v1/ping', sent)).headers).toMatchObject({
      'x-stella-request-id': 'req-1',
      'x-stella-trace-id': trace,
    });
    const bad = { 'x-stella-request-id': 'a b<script>', traceparent: `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01` };
    const { headers } = await get('/api/v1/ping', bad);
    expect(headers['x-stella-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(headers['x-stella-trace-id']).not.toBe('0'.repeat(32));
  });

  test('a problem carries the trace id that the header names', async () => {
    const reply = await get('/api/v1/crates/missing');
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(problemOf(reply)).toMatchObject({ status: 404, traceId: reply.headers['x-stella-trace-id'] });
  });

  test('a reader who has the present state gets 304 and no body', async () => {
    const { headers } = await get('/api/v1/crates/x');
    const again = await get('/api/v1/crates/x', { ...good, 'if-none-match': `"other", W/${String(headers['etag'])}` });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect(again.headers['etag']).toBe(headers['etag']);
  });

  test('HEAD is answered for JSON, not for streams', async () => {
    const head = (url: string) => server.inject({ method: 'HEAD', url, headers: good });
    expect(await head('/api/v1/ping')).toMatchObject({ status: 200, text: '' });
    expect((await head('/api/v1/crates/x/content')).status).toBe(404);
  });

  test('what took too long is given up and told to stop; its late answer is kept under the key', async () => {
    const slow = sampleApp({ times: { deadlineMs: 20 } });
    const release = Promise.withResolvers<void>();
    slow.state.hold = release.promise;
    const headers = { ...json, 'idempotency-key': 'k' };
    const ask = () => slow.server.inject({ method: 'POST', url: '/api/v1/crates', headers, body: valid });
    expect(problemOf(await ask())).toMatchObject({ status: 504, code: 'DEADLINE_EXCEEDED' });
    expect(problemOf(await ask())).toMatchObject({ status: 409, code: 'IDEMPOTENCY_IN_PROGRESS' });
    release.resolve();
    await expect.poll(async () => (await ask()).status).toBe(201);
    expect(slow.state.created).toEqual(['box']);
  });

  test('a failed request leaves its idempotency key free', async () => {
    const headers = { ...json, 'idempotency-key': 'free' };
    const taken = JSON.stringify({ name: 'taken', weight: 1, labels: {} });
    expect((await post(taken, headers)).status).toBe(409);
    expect((await post(valid, headers)).status).toBe(201);
  });

  test('keys are 1 to 200 visible characters', async () => {
    for (const key of ['', 'a b', 'x'.repeat(201)]) {
      expect(problemOf(await post(valid, { ...json, 'idempotency-key': key })).code, key).toBe(
        'IDEMPOTENCY_KEY_INVALID',
      );
    }
  });

  test('a member that the contract does not name never leaves the server', async () => {
    const reply = await post(valid);
    expect(reply.status).toBe(201);
    expect(Object.keys(JSON.parse(reply.text) as object).toSorted()).toEqual(['id', 'labels', 'name', 'weight']);
  });

  test('each served request is reported once, with its code', async () => {
    const fresh = sampleApp();
    await fresh.server.inject({ method: 'GET', url: '/api/v1/crates/missing', headers: good });
    expect(fresh.state.served).toEqual([
      {
        routeId: 'sample.get',
        method: 'GET',
        status: 404,
        code: 'NOT_FOUND',
        durationMs: expect.any(Number) as number,
      },
    ]);
    expect(fresh.state.failures).toEqual([]);
  });
});
