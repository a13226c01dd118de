import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fail } from '@stella-ops/contracts';
import { describe, expect, test } from 'vitest';
import { ED25519, lifeFrom, newIdentity, selfSigned } from '../certificates/index.ts';
import { systemClock, systemRandomness } from '../runtime/index.ts';
import type { Verified, Verifier } from './authentication.ts';
import type { Mount } from './server.ts';
import { principalWith, sampleApp } from './testing/sample-app.ts';

/** A client that holds a connection for nothing must lose it: some thousands of them would be all there are. */
describe('who holds a connection for nothing loses it', () => {
  async function serving(
    overrides: Parameters<typeof sampleApp>[0],
    body: (open: () => Promise<Socket>, app: ReturnType<typeof sampleApp>) => Promise<void>,
  ): Promise<void> {
    const app = sampleApp(overrides);
    const url = new URL(await app.server.listen({ host: '127.0.0.1', port: 0 }));
    const sockets: Socket[] = [];
    const open = async (): Promise<Socket> => {
      const socket = connect(Number(url.port), '127.0.0.1');
      socket.on('error', () => undefined);
      sockets.push(socket);
      await once(socket, 'connect');
      return socket;
    };
    try {
      await body(open, app);
    } finally {
      for (const socket of sockets) socket.destroy();
      await app.server.drain({ noticeMs: 0, deadlineMs: 100 });
    }
  }

  async function within(ended: Promise<unknown>): Promise<string> {
    const timer = new AbortController();
    const late = delay(10_000, 'still open', { signal: timer.signal });
    const state = await Promise.race([ended.then(() => 'closed'), late]);
    timer.abort();
    late.catch(() => undefined);
    return state;
  }

  const isOver = (socket: Socket): Promise<string> => within(once(socket, 'close'));

  /** Sends chunk after chunk of a body until the connection is gone. */
  async function whileDripping(socket: Socket): Promise<string> {
    const drip = setInterval(() => socket.write('1\r\na\r\n'), 50);
    const state = await isOver(socket);
    clearInterval(drip);
    return state;
  }

  test.each([
    ['that never comes', ''],
    ['that is none', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('a TLS handshake %s', async (_name, sent) => {
    const keys = await webcrypto.subtle.generateKey(ED25519, true, ['sign', 'verify']);
    const life = lifeFrom(systemClock.now(), 1);
    const certificate = await selfSigned('test', keys as never, ED25519, life, '01');
    const authority = { certificate, key: (keys as webcrypto.CryptoKeyPair).privateKey, algorithm: ED25519 };
    const tls = await newIdentity(
      authority,
      { name: 'test', usages: ['server'], hosts: ['127.0.0.1'] },
      life,
      systemRandomness,
    );
    await serving({ tls, limits: { headersTimeoutMs: 100 } }, async (open) => {
      const socket = await open();
      socket.resume();
      socket.write(sent);
      expect(await isOver(socket)).toBe('closed');
    });
  });

  test('headers that never begin', () =>
    serving({ limits: { headersTimeoutMs: 100 } }, async (open) => {
      const socket = await open();
      socket.resume();
      expect(await isOver(socket)).toBe('closed');
    }));

  test('a form for a mount that never comes', () => {
    const mount: Mount = {
      prefix: '/forms',
      handle: (request, response) => void request.resume().on('end', () => response.end()),
    };
    return serving({ mounts: [mount], limits: { headersTimeoutMs: 100 } }, async (open) => {
      const socket = await open();
      socket.resume();
      socket.write('POST /forms HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\na');
      expect(await isOver(socket)).toBe('closed');
    });
  });

  test('a body that nobody asked for and that never ends', () =>
    serving({}, async (open) => {
      const socket = await open();
      socket.resume();
      socket.write('GET /api/v1/ping HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n');
      expect(await whileDripping(socket)).toBe('closed');
    }));

  test('a body for an address that is not there and that never ends', () =>
    serving({}, async (open) => {
      const socket = await open();
      socket.resume();
      socket.write('POST /nowhere HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n');
      expect(await whileDripping(socket)).toBe('closed');
    }));

  test('a page that is asked for with a body that never ends', () => {
    const fallback = (_request: unknown, response: ServerResponse): true => {
      response.end('page');
      return true;
    };
    return serving({ fallback }, async (open) => {
      const socket = await open();
      socket.resume();
      socket.write('GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n');
      expect(await whileDripping(socket)).toBe('closed');
    });
  });

  /** Endless, as fast as it is read. */
  function large(closed: () => void): Mount {
    return {
      prefix: '/large',
      handle: (_request, response) => {
        const chunk = Buffer.alloc(1024 * 1024);
        const fill = (): void => {
          while (response.write(chunk)) continue;
        };
        response.on('drain', fill).on('close', closed);
        fill();
      },
    };
  }

  test('a reader who does not read what was asked for', () => {
    const closed = Promise.withResolvers<string>();
    return serving(
      { mounts: [large(() => closed.resolve('closed'))], limits: { stallTimeoutMs: 200 } },
      async (open) => {
        const socket = await open();
        socket.pause();
        socket.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
        expect(await within(closed.promise)).toBe('closed');
      },
    );
  });

  test('a handler that thinks for longer than a reader may pause keeps its caller', () => {
    const mount: Mount = {
      prefix: '/slow',
      handle: (_request, response) => void setTimeout(() => response.end('there'), 600),
    };
    return serving({ mounts: [mount], limits: { stallTimeoutMs: 100 } }, async (open) => {
      const socket = await open();
      socket.write('GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      await once(socket, 'close');
      expect(text).toContain('there');
    });
  });
});

describe('an event stream ends', () => {
  async function streaming(verifier: Verifier, body: (ended: Promise<unknown>) => Promise<void>): Promise<void> {
    const app = sampleApp({ pipeline: { verifier }, times: { heartbeatMs: 10 } });
    const { port } = new URL(await app.server.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    const ended = once(socket, 'close');
    try {
      socket.write(
        'GET /api/v1/crates/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\nconnection: close\r\n\r\n',
      );
      await once(socket, 'data');
      socket.resume();
      await body(ended);
    } finally {
      socket.destroy();
      await app.server.drain({ noticeMs: 0, deadlineMs: 100 });
    }
  }

  const refused: Verified = { ok: false, error: fail('AUTH_INVALID', 'the token is not valid') };

  test.each<readonly [string, () => Verified | Promise<Verified>]>([
    ['when who reads it is nobody any more', () => refused],
    ['when who reads it has fewer rights', () => ({ ok: true, principal: principalWith(['release.read']) })],
  ])('%s', async (_name, later) => {
    let now: () => Verified | Promise<Verified> = () => ({ ok: true, principal: principalWith() });
    await streaming({ verify: async () => now() }, async (ended) => {
      now = later;
      await ended;
    });
  });

  test('and not while nobody can say who reads it, or when the credentials have only expired since it began', async () => {
    let asked = 0;
    const verifier: Verifier = {
      verify: (credentials) => {
        asked++;
        if (asked === 2) return Promise.reject(new Error('the database is away'));
        const isLater = credentials.kind === 'http' && asked > 1 && credentials.receivedAt === undefined;
        return Promise.resolve(isLater ? refused : { ok: true, principal: principalWith() });
      },
    };
    await streaming(verifier, async (ended) => {
      let isEnded = false;
      void ended.then(() => (isEnded = true));
      await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(5);
      expect(isEnded).toBe(false);
    });
  });
});
