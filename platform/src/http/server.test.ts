import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { streamCount } from './rate-limit.ts';
import { sampleApp } from './testing/sample-app.ts';

type Overrides = Parameters<typeof sampleApp>[0];

/** Runs a test on a listening server and always stops it. */
async function serving(
  overrides: Overrides,
  body: (app: ReturnType<typeof sampleApp>, open: () => Promise<Socket>, url: string) => Promise<void>,
): Promise<void> {
  const app = sampleApp(overrides);
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const sockets: Socket[] = [];
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  try {
    await body(app, open, url);
  } finally {
    for (const socket of sockets) socket.destroy();
    await app.server.drain({ noticeMs: 0, deadlineMs: 100 });
  }
}

/** All that the server says until it closes the connection. */
async function allOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'close');
  return text;
}

const head = (method: string, path: string, ...headers: string[]): string =>
  [`${method} ${path} HTTP/1.1`, 'host: x', 'authorization: Bearer good', ...headers].join('\r\n');

describe('slow and broken clients', () => {
  test('headers that do not arrive end in a problem and a closed connection', () =>
    serving({ limits: { headersTimeoutMs: 50 } }, async (_app, open) => {
      const socket = await open();
      socket.write('GET /api/v1/ping HTTP/1.1\r\nhost: x\r\nx-a: ');
      const text = await allOf(socket);
      expect(text).toContain('HTTP/1.1 408');
      expect(text).toContain('"code":"BODY_TOO_SLOW"');
    }));

  test('a body that trickles is cut off by the clock, not by its size', () =>
    serving({ times: { jsonTimeoutMs: 50 } }, async (_app, open) => {
      const socket = await open();
      socket.write(
        `${head('POST', '/api/v1/crates', 'content-type: application/json', 'content-length: 100')}\r\n\r\n{`,
      );
      const text = await allOf(socket);
      expect(text).toContain('HTTP/1.1 408');
      expect(text.toLowerCase()).toContain('connection: close');
    }));

  test('a stalled upload is cut off', () =>
    serving({ times: { stallTimeoutMs: 50 } }, async (_app, open) => {
      const socket = await open();
      const type = 'content-type: application/octet-stream';
      socket.write(`${head('PUT', '/api/v1/crates/x/content', type, 'transfer-encoding: chunked')}\r\n\r\n1\r\na\r\n`);
      expect(await allOf(socket)).toContain('"code":"BODY_TOO_SLOW"');
    }));

  test('an announced giant body is refused before it is sent', () =>
    serving({}, async (_app, open) => {
      const socket = await open();
      socket.write(
        `${head('POST', '/api/v1/crates', 'content-type: application/json', 'content-length: 99999999999')}\r\n\r\n`,
      );
      expect(await allOf(socket)).toContain('"code":"BODY_TOO_LARGE"');
    }));

  test('a body after a refusal is not read as the next request', () =>
    serving({}, async (app, open) => {
      const socket = await open();
      const smuggled = 'GET /api/v1/ping HTTP/1.1\r\nhost: x\r\n\r\n';
      const length = `content-length: ${smuggled.length}`;
      socket.write(`POST /api/v1/crates HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\n\r\n`);
      const text = allOf(socket);
      socket.write(smuggled);
      expect((await text).match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect(app.state.served.map(({ routeId }) => routeId)).toEqual(['sample.create']);
    }));

  test.each([
    ['no HTTP at all', '\0\0\0 hello\r\n\r\n', '400', 'REQUEST_MALFORMED'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      '400',
      'REQUEST_MALFORMED',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      '400',
      'REQUEST_MALFORMED',
    ],
    ['giant headers', `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, '431', 'HEADERS_TOO_LARGE'],
  ])('%s is a problem', (_name, bytes, status, code) =>
    serving({}, async (_app, open) => {
      const socket = await open();
      const text = allOf(socket);
      socket.write(bytes);
      expect(await text).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*"code":"${code}"`));
    }),
  );

  test('a reader that goes away ends its event stream', () =>
    serving({}, async (app, open) => {
      const socket = await open();
      socket.write(`${head('GET', '/api/v1/crates/events', 'last-event-id: 2')}\r\n\r\n`);
      await once(socket, 'data');
      socket.destroy();
      await expect.poll(() => app.state.stopped).toEqual(['watch']);
    }));

  test('a caller who leaves is no fault of the handler that stops for it', () =>
    serving({}, async (app, open) => {
      const release = Promise.withResolvers<void>();
      app.state.hold = release.promise;
      const body = JSON.stringify({ name: 'impatient', weight: 1, labels: {} });
      const socket = await open();
      socket.write(
        `${head('POST', '/api/v1/crates', 'content-type: application/json', `content-length: ${body.length}`)}\r\n\r\n${body}`,
      );
      await expect.poll(() => app.state.begun).toEqual(['impatient']);
      socket.destroy();
      await expect.poll(() => app.state.stopped).toEqual(['create']);
      release.resolve();
      await expect.poll(() => app.state.served).toMatchObject([{ status: 499, code: 'CALLER_GONE' }]);
      expect(app.state.failures).toEqual([]);
      expect(app.state.created).toEqual([]);
    }));

  test('a caller who reads enough event streams gets no other one, until one has ended', () =>
    serving({ pipeline: { streams: streamCount(2) } }, async (app, open) => {
      const watch = async () => {
        const socket = await open();
        let text = '';
        socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        socket.write(`${head('GET', '/api/v1/crates/events', 'last-event-id: 2')}\r\n\r\n`);
        await expect.poll(() => text).toMatch(/^HTTP\/1\.1 (?:200 [^]*crate\.changed|429)/);
        return { socket, text };
      };
      const first = await watch();
      await watch();
      const refused = (await watch()).text;
      expect(refused).toMatch(/^HTTP\/1\.1 429 [^]*retry-after: 5\r\n[^]*"code":"RATE_LIMITED"/);
      expect(app.state.failures).toEqual([]);
      first.socket.destroy();
      await expect.poll(async () => (await watch()).text).toMatch(/^HTTP\/1\.1 200 /);
    }));

  test('a silent event stream is kept open by comments', () =>
    serving({ times: { heartbeatMs: 10 } }, async (_app, open) => {
      const socket = await open();
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.write(`${head('GET', '/api/v1/crates/events')}\r\n\r\n`);
      await expect.poll(() => text.match(/\r\n:\n\n\r\n/g)?.length ?? 0).toBeGreaterThan(2);
      expect(text).toContain('content-type: text/event-stream');
    }));
});

describe('drain', () => {
  test('requests under way are finished, new connections refused', () =>
    serving({}, async (app, _open, url) => {
      const release = Promise.withResolvers<void>();
      app.state.hold = release.promise;
      const headers = { authorization: 'Bearer good', 'content-type': 'application/json' };
      const body = JSON.stringify({ name: 'late', weight: 1, labels: {} });
      const answer = fetch(`${url}/api/v1/crates`, { method: 'POST', headers, body });
      await expect.poll(() => app.state.begun).toEqual(['late']);
      const drained = app.server.drain({ noticeMs: 0, deadlineMs: 5000 });
      expect(app.server.isDraining).toBe(true);
      await expect
        .poll(() =>
          fetch(`${url}/api/v1/ping`).then(
            () => 'up',
            () => 'down',
          ),
        )
        .toBe('down');
      release.resolve();
      expect((await answer).status).toBe(201);
      expect(app.state.stopped).toEqual([]);
      expect(await drained).toEqual({ isForced: false });
    }));

  test('event streams are ended, so that their readers go elsewhere', () =>
    serving({}, async (app, open) => {
      const socket = await open();
      const text = allOf(socket);
      socket.write(`${head('GET', '/api/v1/crates/events', 'last-event-id: 2')}\r\n\r\n`);
      await once(socket, 'data');
      expect(await app.server.drain({ noticeMs: 0, deadlineMs: 5000 })).toEqual({ isForced: false });
      expect(await text).toContain('id: 3\n');
    }));

  test('what does not end by the deadline is cut', () =>
    serving({}, async (app, open) => {
      app.state.hold = Promise.withResolvers<void>().promise;
      const socket = await open();
      const body = JSON.stringify({ name: 'stuck', weight: 1, labels: {} });
      const length = `content-length: ${body.length}`;
      socket.write(`${head('POST', '/api/v1/crates', 'content-type: application/json', length)}\r\n\r\n${body}`);
      await expect.poll(() => app.state.begun).toEqual(['stuck']);
      expect(await app.server.drain({ noticeMs: 0, deadlineMs: 20 })).toEqual({ isForced: true });
    }));
});

test('a mounted part of the address space gets the raw request, body unread', () =>
  serving(
    {
      mounts: [
        {
          prefix: '/oidc',
          handle: (request, response) => {
            request.setEncoding('utf8');
            let body = '';
            request.on('data', (chunk: string) => (body += chunk));
            request.on('end', () => response.end(`${request.method} ${request.url} ${body}`));
          },
        },
      ],
    },
    async (_app, _open, url) => {
      const reply = await fetch(`${url}/oidc/token?x=1`, {
        method: 'POST',
        body: 'grant_type=x',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(await reply.text()).toBe('POST /oidc/token?x=1 grant_type=x');
    },
  ));
