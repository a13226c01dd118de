import { Agent, request as send } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { CLIENT_ERRORS, type Transport, type WireRequest, type WireResponse } from '@stella-ops/contracts';
import { AppError } from '@stella-ops/engine-kernel';

/** Longer than the longest wait for a task. */
const ANSWER_MS = 40_000;

export interface TlsOptions {
  /** `https://host:port` */
  readonly server: string;
  /** PEM; nobody else is trusted. */
  readonly authority: string;
  /** Who is calling; none before enrolment. */
  readonly certificate?: string;
  readonly key?: string;
}

export interface HttpsTransport extends Transport {
  close(): void;
}

/** Carries requests over mutual TLS to a server that the given authority vouches for, and to no other. */
export function httpsTransport({ server, authority, certificate, key }: TlsOptions): HttpsTransport {
  const identity = certificate === undefined || key === undefined ? {} : { cert: certificate, key };
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca: authority, minVersion: 'TLSv1.2', ...identity });
  return {
    send: (request) => exchange(new URL(request.target, server), agent, request),
    close: () => agent.destroy(),
  };
}

function exchange(url: URL, agent: Agent, request: WireRequest): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const unreachable = (cause: unknown) => {
      if (request.signal?.aborted === true) return reject(request.signal.reason as Error);
      reject(unreachableError(`${url.origin} did not answer`, cause));
    };
    const body = typeof request.body === 'string' ? request.body : undefined;
    const call = send(url, {
      agent,
      method: request.route.method,
      headers: {
        ...request.headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      timeout: ANSWER_MS,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', unreachable);
    call.on('response', (answer) => {
      resolve({
        status: answer.statusCode ?? 0,
        header: (name) => {
          const value = answer.headers[name];
          return Array.isArray(value) ? value.join(', ') : value;
        },
        content: contentOf(answer, url),
      });
    });
    call.end(body);
  });
}

async function* contentOf(answer: IncomingMessage, url: URL): AsyncGenerator<Uint8Array, void> {
  try {
    yield* answer as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw unreachableError(`the answer of ${url.origin} was cut off`, cause);
  }
}

const unreachableError = (message: string, cause: unknown): AppError =>
  new AppError('SERVER_UNREACHABLE', CLIENT_ERRORS.SERVER_UNREACHABLE, message, { cause });
