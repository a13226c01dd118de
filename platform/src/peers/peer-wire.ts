import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { PeerCertificate } from 'node:tls';
import { fail, fillPath, HEADERS } from '@stella-ops/contracts';
import type { ForwardedEndpoint, Forwarding, Mount, TlsIdentity, WireReply } from '../http/index.ts';
import { PRINCIPAL_HEADER, writePrincipal } from './peer-principal.ts';
import { serviceUrn } from './peer-authority.ts';

/** What a request says beside its caller; all else is between the two processes. */
const PASSED_ON = [
  'accept',
  'content-type',
  'content-length',
  'if-match',
  'if-none-match',
  HEADERS.idempotencyKey,
  HEADERS.lastEventId,
  HEADERS.tenant,
  HEADERS.tenantAlias,
] as const;
/** RFC 9110, section 7.6.1, and what the answering process sets anew. */
const OF_ONE_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'date', 'trailer']);
/** To open a connection. The other process has its own limits for the work. */
const CONNECT_MS = 5000;

/** The way to one service in another process. */
export class PeerWire {
  readonly #service: string;
  readonly #baseUrl: string;
  #agent: Agent;

  /** @param baseUrl `https://host:port` of its port for processes */
  constructor(service: string, baseUrl: string, identity: TlsIdentity) {
    this.#service = service;
    this.#baseUrl = baseUrl;
    this.#agent = agentOf(service, identity);
  }

  /** Connections from now on show another certificate. */
  renew(identity: TlsIdentity): void {
    this.#agent.destroy();
    this.#agent = agentOf(this.#service, identity);
  }

  /** What answers a route of the service here: the process that runs it. */
  endpoint(route: ForwardedEndpoint['route']): ForwardedEndpoint {
    return { route, forward: (forwarding) => this.#forward(route, forwarding) };
  }

  /** A part of the service's address space that speaks HTTP by itself. */
  mount(prefix: string): Mount {
    return {
      prefix,
      handle: (incoming, response) => {
        this.#pass(incoming, response).catch(() => response.destroy());
      },
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #forward(route: ForwardedEndpoint['route'], forwarding: Forwarding): Promise<WireReply> {
    const { caller, search, content, signal } = forwarding;
    const headers: OutgoingHttpHeaders = {
      [HEADERS.requestId]: forwarding.requestId,
      [HEADERS.traceParent]: `00-${forwarding.traceId}-${forwarding.traceId.slice(16)}-00`,
      ...(caller === undefined ? {} : { [PRINCIPAL_HEADER]: writePrincipal(caller) }),
    };
    for (const name of PASSED_ON) {
      const value = forwarding.header(name);
      if (value !== undefined) headers[name] = value;
    }
    const target = fillPath(route.path, forwarding.params) + (search === '' ? '' : `?${search}`);
    const response = await this.#send(route.method, target, headers, content, signal);
    return { status: response.statusCode ?? 502, headers: headersOf(response), body: bodyOf(response) };
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    response.on('close', () => controller.abort());
    let answer: IncomingMessage;
    try {
      answer = await this.#send(incoming.method ?? 'GET', incoming.url ?? '/', {}, undefined, controller.signal);
    } catch {
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5' });
      response.end('The part of the server that answers here cannot be reached.\n');
      return;
    }
    response.writeHead(answer.statusCode ?? 502, headersOf(answer));
    await pipeline(answer, response);
  }

  #send(
    method: string,
    target: string,
    headers: OutgoingHttpHeaders,
    content: AsyncIterable<Uint8Array> | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = request(new URL(target, this.#baseUrl), { method, headers, agent: this.#agent, signal });
    outgoing.on('response', resolve);
    outgoing.on('error', (cause) => reject(signal.aborted ? (signal.reason as Error) : this.#unreachable(cause)));
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), CONNECT_MS);
      socket.once('secureConnect', () => clearTimeout(timer));
      socket.once('close', () => clearTimeout(timer));
    });
    if (content === undefined) outgoing.end();
    else {
      // An answer may come before all was sent, and what is left is then nobody's.
      pipeline(content, outgoing).catch((cause: unknown) => reject(this.#unreachable(cause)));
    }
    return promise;
  }

  #unreachable(cause: unknown): Error {
    const why = cause instanceof Error ? cause.message : String(cause);
    return fail('SERVER_UNREACHABLE', `the process of ${this.#service} at ${this.#baseUrl} did not answer: ${why}`, {
      cause,
      hint: `Check that it runs, that peers.${this.#service} is its address, and that both have the same master key.`,
    });
  }
}

/** Connections are kept: most calls of a process go to the same few others. */
function agentOf(service: string, { key, cert, ca }: TlsIdentity): Agent {
  return new Agent({
    key,
    cert,
    ca,
    keepAlive: true,
    minVersion: 'TLSv1.3',
    // Processes have no names that everybody agrees on. What counts is that this one may run the service.
    checkServerIdentity: (_host: string, certificate: PeerCertificate) => {
      const names = (certificate.subjectaltname ?? '').split(', ');
      return names.includes(`URI:${serviceUrn(service)}`)
        ? undefined
        : new Error(`its certificate is not for ${service}`);
    },
  });
}

function headersOf(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).flatMap(([name, value]) =>
      value === undefined || OF_ONE_HOP.has(name) ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

function bodyOf(response: IncomingMessage): AsyncIterable<Uint8Array> | undefined {
  const hasNone = response.statusCode === 204 || response.statusCode === 304;
  if (!hasNone) return response;
  response.resume();
  return undefined;
}
