import { generateKeyPairSync } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Problem, Route, Routes } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES, OIDC } from '@stella-ops/contracts/authority';
import { ROUTES_BY_SERVICE } from '@stella-ops/contracts/catalogue';
import { fillShop } from '@stella-ops/app-server/demo';
import { describeEachServer, makeTenant, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';

const LISTS: readonly Route[] = Object.values(ROUTES_BY_SERVICE)
  .flatMap((table: Routes) => Object.values(table))
  .filter(({ paging, path }) => paging === true && !path.includes('{'));

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Problem & Readonly<Record<string, unknown>>;
}

/** What a caller can do wrong, or have done to them, against the whole product over HTTP. */
describeEachServer('a caller who errs', (started) => {
  let server: TestServer;
  let login: { readonly token: string; readonly atMs: number } | undefined;
  let otherTenantId: string;
  let count = 0;

  beforeAll(async () => {
    server = await started();
    const people = await makeTenant(server, 'mine');
    await fillShop(people);
    const other = await makeTenant(server, 'other');
    otherTenantId = (await other.admin.client(AUTHORITY_ROUTES).whoami({})).body.tenant.id;
  }, 300_000);

  /** Of the administrator. It counts for five minutes, which a machine with other work may take longer than. */
  async function tokenNow(): Promise<string> {
    if (login === undefined || performance.now() - login.atMs > 120_000) {
      const atMs = performance.now();
      login = { token: await accessToken(server, 'mine', 'admin'), atMs };
    }
    return login.token;
  }

  async function ask(
    method: string,
    path: string,
    options: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenNow()}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Answer['body'] };
  }

  const component = (name = `part-${++count}`, description = ''): string =>
    JSON.stringify({ name, repository: 'registry.example/shop/part', description });
  const create = (body: string, key?: string) =>
    ask('POST', '/api/v1/components', { body, headers: key === undefined ? {} : { 'idempotency-key': key } });

  const named = async (name: string): Promise<number> => {
    const { body } = await ask('GET', '/api/v1/components?limit=200');
    return (body['items'] as { name: string }[]).filter((one) => one.name === name).length;
  };

  test('the same key and body again is the same answer, and says so', async () => {
    const body = component();
    const first = await create(body, 'key-1');
    const again = await create(body, 'key-1');
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  test('the same key with another body is refused, and changes nothing', async () => {
    expect((await create(component(), 'key-2')).status).toBe(201);
    const other = component();
    expect(await create(other, 'key-2')).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(await named((JSON.parse(other) as { name: string }).name)).toBe(0);
  });

  test('many requests with one key at once make one thing', async () => {
    const name = `part-${++count}`;
    const answers = await Promise.all(Array.from({ length: 12 }, () => create(component(name), 'key-3')));
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ body }) => body['id'])).size).toBe(1);
    for (const { status, body } of answers.filter(({ status }) => status !== 201)) {
      expect({ status, code: body.code, isRetryable: body.retryable }).toEqual({
        status: 409,
        code: 'IDEMPOTENCY_IN_PROGRESS',
        isRetryable: true,
      });
    }
    expect(await named(name)).toBe(1);
    expect((await create(component(name), 'key-3')).body['id']).toBe(done[0]?.body['id']);
  });

  test('a request that failed does not use up its key', async () => {
    const name = `part-${++count}`;
    await create(component(name));
    expect(await create(component(name), 'key-4')).toMatchObject({ status: 409, body: { code: 'NAME_TAKEN' } });
    expect((await create(component(), 'key-4')).status).toBe(201);
  });

  test('a change of something that was changed meanwhile is refused, one without a state to change is too', async () => {
    const made = await create(component());
    const path = `/api/v1/components/${String(made.body['id'])}`;
    const etag = (await ask('GET', path)).headers.get('etag') ?? '';
    const patch = (description: string, headers: Readonly<Record<string, string>>) =>
      ask('PATCH', path, { body: JSON.stringify({ description }), headers });
    expect(await patch('first', { 'if-match': etag })).toMatchObject({ status: 200 });
    const late = await patch('second', { 'if-match': etag });
    expect(late).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } });
    expect(late.headers.get('etag')).toBe((await ask('GET', path)).headers.get('etag'));
    expect(await patch('third', {})).toMatchObject({ status: 428, body: { code: 'PRECONDITION_REQUIRED' } });
    expect((await ask('GET', path)).body['description']).toBe('first');
  });

  test.each([
    ['that says how long it is', { 'content-length': String(1024 ** 3) }],
    ['that does not say how long it is', { 'transfer-encoding': 'chunked' }],
  ])('a giant body %s is refused at once', async (_what, headers) => {
    const { sentBytes, ...answer } = await sendEndless(headers, await tokenNow());
    expect(answer).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    expect(sentBytes).toBeLessThan(1024 ** 3 / 4);
    expect((await ask('GET', '/api/v1/components')).status).toBe(200);
  });

  /** Sends until there is an answer: a server that reads on would never give one. */
  function sendEndless(
    headers: Readonly<Record<string, string>>,
    token: string,
  ): Promise<{ status: number; body: Problem; sentBytes: number }> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        `${server.url}/api/v1/components`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        },
        (response) => {
          isAnswered = true;
          sentBytes = taken;
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Problem;
            resolve({ status: response.statusCode ?? 0, body, sentBytes });
            sent.destroy();
          });
        },
      );
      let isAnswered = false;
      let taken = 0;
      let sentBytes = 0;
      const chunk = Buffer.alloc(65_536, ' ');
      const more = (): void => {
        if (isAnswered) return;
        taken += chunk.length;
        sent.write(chunk, () => setImmediate(more));
      };
      // The server closes a connection that it does not read to the end.
      sent.on('error', (error) => {
        if (!isAnswered) reject(error);
      });
      more();
    });
  }

  test.each<[string, string, string, string, object]>([
    [
      'a policy that is no YAML',
      '/api/v1/policies',
      'application/yaml',
      'kind: [PolicyPack\nrules: x\n',
      { code: 'PACK_INVALID', place: { line: expect.any(Number), column: expect.any(Number) } },
    ],
    [
      'a policy with a rule that says nothing',
      '/api/v1/policies',
      'application/yaml',
      'apiVersion: stella.ops/policy/v1\nkind: PolicyPack\nmetadata: {name: x, version: "1"}\nrules:\n  - {id: a, on: nothing, when: "true", action: deny, code: A, message: a}\ndefaults: {finding: allow, unknownSeverity: pending, notEvaluated: pending, gap: warn, coverage: warn}\n',
      { code: 'PACK_INVALID', place: { line: 5, column: expect.any(Number) } },
    ],
    [
      'a policy with a condition that is none',
      '/api/v1/policies',
      'application/yaml',
      [
        'apiVersion: stella.ops/policy/v1',
        'kind: PolicyPack',
        'metadata: {name: x, version: "1"}',
        'rules:',
        '  - id: a',
        '    on: finding',
        '    when: finding.severity.score >>= 7',
        '    action: deny',
        '    code: A',
        '    message: a',
        'defaults: {finding: allow, unknownSeverity: pending, notEvaluated: pending, gap: warn, coverage: warn}',
        '',
      ].join('\n'),
      { code: 'PACK_INVALID', place: { line: 7, column: expect.any(Number) } },
    ],
    [
      'advisories that are no JSON',
      '/api/v1/advisories/import',
      'application/json',
      '{"id": "X-1",\n "modified": }',
      { code: 'ADVISORIES_INVALID', detail: expect.stringContaining('2:14') },
    ],
    [
      'an advisory that is none',
      '/api/v1/advisories/import',
      'application/json',
      '{"id": 7, "affected": []}',
      { code: 'ADVISORIES_INVALID', violations: [{ pointer: '#/id' }] },
    ],
    [
      'VEX that is no JSON',
      '/api/v1/vex/import',
      'application/json',
      '{\n  "statements": [,]\n}',
      { place: { line: 2, column: expect.any(Number) } },
    ],
    [
      'VEX with a status that is none',
      '/api/v1/vex/import',
      'application/json',
      JSON.stringify({
        '@context': 'https://openvex.dev/ns/v0.2.0',
        '@id': 'https://x.example/1',
        author: 'x',
        version: 1,
        timestamp: '2026-01-01T00:00:00Z',
        statements: [{ vulnerability: { name: 'CVE-2020-1' }, products: [{ '@id': 'pkg:npm/a@1' }], status: 'fine' }],
      }),
      { code: 'VEX_INVALID', place: { pointer: '/statements/0/status' } },
    ],
    [
      'an SBOM that is no JSON',
      '/api/v1/images/sboms?name=x',
      'application/vnd.cyclonedx+json',
      '{\n"bomFormat": "CycloneDX",\n]',
      { code: 'SBOM_INVALID', place: { line: 3, column: 1 } },
    ],
    [
      'an SBOM of another format',
      '/api/v1/images/sboms?name=x',
      'application/vnd.cyclonedx+json',
      '{"bomFormat": "Other", "components": []}',
      { code: 'SBOM_INVALID' },
    ],
    [
      'an SBOM whose components are none',
      '/api/v1/images/sboms?name=x',
      'application/vnd.cyclonedx+json',
      '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": {"name": "a"}}',
      { code: 'SBOM_INVALID', place: { pointer: '/components' } },
    ],
  ])('%s is refused with the place of the fault', async (_what, path, type, body, expected) => {
    const answer = await ask('POST', path, { body, headers: { 'content-type': type } });
    expect(answer).toMatchObject({ status: 422, body: expected });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('a broken line among advisories is left out and named; the others are taken', async () => {
    const record = (id: string) =>
      JSON.stringify({
        id,
        modified: '2026-01-01T00:00:00Z',
        affected: [{ package: { ecosystem: 'npm', name: 'x' }, versions: ['1.0.0'] }],
      });
    const body = `${record('X-2')}\n{"id": \n${record('X-3')}\n`;
    const answer = await ask('POST', '/api/v1/advisories/import', {
      body,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(answer).toMatchObject({ status: 200, body: { imported: 2, brokenCount: 1 } });
    expect(JSON.stringify(answer.body['broken'])).toContain('2');
  });

  test('tokens that ended, of another issuer, without a signature or for another tenant open nothing', async () => {
    const token = await tokenNow();
    const claims = decodeJwt(token);
    const { kid = '' } = decodeProtectedHeader(token);
    const mine = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [head = '', , signature = ''] = token.split('.');
    const sign = (more: object) =>
      new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(mine);
    const tokens: Readonly<Record<string, string>> = {
      'by a key that is not ours': await sign({}),
      'of another issuer': await sign({ iss: 'https://elsewhere.example/oidc' }),
      ended: await sign({ exp: 1 }),
      unsigned: `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`,
      'unsigned, with the signature left on': `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.${signature}`,
      'for another tenant': `${head}.${part({ ...claims, tid: otherTenantId })}.${signature}`,
      'no token': 'x',
    };
    for (const [what, one] of Object.entries(tokens)) {
      const answer = await ask('GET', '/api/v1/components', { headers: { authorization: `Bearer ${one}` } });
      expect(answer, what).toMatchObject({ status: 401, body: { code: 'AUTH_INVALID' } });
      expect(answer.headers.get('www-authenticate'), what).toBe('Bearer');
    }
  });

  test('the tenant of a request is that of its token: naming another is refused', async () => {
    for (const name of ['x-stella-tenant', 'x-stellaops-tenant']) {
      const answer = await ask('GET', '/api/v1/components', { headers: { [name]: otherTenantId } });
      expect(answer).toMatchObject({ status: 403, body: { code: 'TENANT_MISMATCH' } });
    }
    const own = await ask('GET', '/api/v1/components', {
      headers: { 'x-stella-tenant': String(decodeJwt(await tokenNow())['tid']) },
    });
    expect(own.status).toBe(200);
  });

  test.each(LISTS.map((route) => [route.id, route] as const))(
    '%s takes no cursor of another list, and no member that it does not know',
    async (_id, route) => {
      const query = route.id === 'findings.findings.list' ? '&status=open' : '';
      const unknown = await ask('GET', `${route.path}?limit=1&nothing=1`);
      expect(unknown).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
      const others: Answer[] = [];
      for (const other of LISTS) {
        if (other.id === route.id) continue;
        const cursor = (await ask('GET', `${other.path}?limit=1`)).body['next'];
        if (typeof cursor === 'string') others.push(await ask('GET', `${route.path}?limit=1${query}&cursor=${cursor}`));
      }
      expect(others.length).toBeGreaterThan(5);
      for (const answer of others) expect(answer).toMatchObject({ status: 400, body: { code: 'CURSOR_INVALID' } });
    },
  );

  test.each([
    [
      'another media type',
      'POST',
      '/api/v1/components',
      { body: component(), headers: { 'content-type': 'text/xml' } },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    [
      'a compressed body',
      'POST',
      '/api/v1/components',
      { body: component(), headers: { 'content-encoding': 'gzip' } },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    [
      'a member that nobody knows',
      'POST',
      '/api/v1/components',
      { body: '{"name":"x","repository":"a.example/b","admin":true}' },
      400,
      'REQUEST_INVALID',
    ],
    ['a body where none belongs', 'POST', '/api/v1/audit/verify', { body: '{}' }, 404, 'ROUTE_UNKNOWN'],
    ['a path that is none', 'GET', '/api/v1/nothing', {}, 404, 'ROUTE_UNKNOWN'],
    ['a method that is none', 'PUT', '/api/v1/components', { body: component() }, 404, 'ROUTE_UNKNOWN'],
    ['an id that is none', 'GET', '/api/v1/components/x', {}, 400, 'REQUEST_INVALID'],
    ['a path outside', 'GET', '/api/v1/../../etc/passwd', {}, 404, 'ROUTE_UNKNOWN'],
    ['an encoding that is none', 'GET', '/api/v1/components/%E0%A4%A', {}, 400, 'REQUEST_MALFORMED'],
  ] as const)('%s is refused', async (_what, method, path, options, status, code) => {
    const answer = await ask(method, path, options);
    expect(answer).toMatchObject({ status, body: { code, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) } });
  });
});

async function accessToken(server: TestServer, tenant: string, username: string): Promise<string> {
  const form = {
    grant_type: 'urn:stella:params:grant-type:password',
    client_id: OIDC.cliClientId,
    tenant,
    username,
    password: TEST_PASSWORD,
  };
  const response = await fetch(`${server.url}/oidc/token`, { method: 'POST', body: new URLSearchParams(form) });
  return ((await response.json()) as { access_token: string }).access_token;
}
