import { fail, isSchema } from '@stella-ops/contracts';
import { AppError } from '@stella-ops/engine-kernel';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { finished, Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { fail as runtimeFault } from '../runtime/errors.ts';
import { answerBrokenRequest } from './broken-request.ts';
import type { WireReply } from './encode-reply.ts';
import type { Endpoint } from './endpoint.ts';
import { type Pipeline, problemReply } from './pipeline.ts';
import { OpenStreams } from './open-streams.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { hasEvents } from './welcome-stream.ts';

/** A part of the address space that speaks HTTP by itself: an OIDC provider, the console's files. */
export interface Mount {
  /** `/oidc`; everything below it too. */
  readonly prefix: string;
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** Who a TLS server is, PEM each. */
export interface TlsIdentity {
  readonly key: string;
  /** The server's own certificate, and what stands behind it. */
  readonly cert: string;
  /** Named in the handshake, so that clients know which certificate to show. */
  readonly ca: string;
  readonly notAfter: string;
}

export interface ServerOptions {
  readonly endpoints: readonly Endpoint[];
  readonly pipeline: Pipeline;
  readonly mounts?: readonly Mount[];
  /**
   * Asked for what no route and no mount takes: the console's files. Answers the request and returns true, or false for
   * the usual problem.
   */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /**
   * TLS that asks for a client certificate. Any certificate, and none, passes the handshake: the verifier of the pipeline
   * judges it, so that a refusal is an answer with a reason.
   */
  readonly tls?: TlsIdentity;
  readonly limits: {
    /** For all request headers to arrive, before them the TLS handshake, and for what is sent to a mount the body too. */
    readonly headersTimeoutMs: number;
    /** A reader that takes nothing of its answer for so long is gone. */
    readonly stallTimeoutMs: number;
    readonly keepAliveTimeoutMs: number;
    readonly maxHeaderBytes: number;
    readonly maxConnections: number;
  };
  /** New trace ids, for requests that no route takes. */
  traceId(): string;
  failed(error: unknown): void;
}

export interface DrainOptions {
  /** Readiness already says no while requests are still taken: the time that load balancers need to see it. */
  readonly noticeMs: number;
  /** Then requests under way have this long before their connections are cut. */
  readonly deadlineMs: number;
}

export interface InjectedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface HttpServer {
  /**
   * @returns the address as `http://host:port`
   * @throws AppError `PORT_IN_USE`, `ADDRESS_UNAVAILABLE`
   */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** A request through the whole stack without a port. */
  inject(request: InjectedRequest): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly text: string;
  }>;
  readonly isDraining: boolean;
  /** Connections from now on meet another certificate. */
  renewTls(identity: TlsIdentity): void;
  /** Stops gracefully. `isForced`: connections had to be cut. */
  drain(options: DrainOptions): Promise<{ readonly isForced: boolean }>;
}

export function createHttpServer(options: ServerOptions): HttpServer {
  const app = createApp(options);
  const streams = new OpenStreams();
  let isDraining = false;

  for (const endpoint of options.endpoints) addRoute(app, endpoint, options.pipeline, streams);
  for (const mount of options.mounts ?? []) addMount(app, mount, options.limits.headersTimeoutMs);

  return {
    listen: async (address) => {
      try {
        return await app.listen(address);
      } catch (cause) {
        throw listenFault(cause, address);
      }
    },
    async inject({ method, url, headers, body }) {
      const response = await app.inject({
        method: method as 'GET',
        url,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { payload: body }),
      });
      return { status: response.statusCode, headers: response.headers, text: response.payload };
    },
    get isDraining() {
      return isDraining;
    },
    renewTls: (identity) => {
      if (app.server instanceof TlsServer) app.server.setSecureContext(contextOf(identity));
    },
    async drain({ noticeMs, deadlineMs }) {
      isDraining = true;
      await delay(noticeMs);
      // Event streams never end by themselves; their readers come back elsewhere with Last-Event-ID.
      streams.close();
      let isForced = false;
      const timer = setTimeout(() => {
        isForced = true;
        app.server.closeAllConnections();
      }, deadlineMs);
      // Connections whose last answer began before the drain stay open for another request; nobody else closes those.
      const idle = setInterval(() => app.server.closeIdleConnections(), 50);
      await app.close();
      clearTimeout(timer);
      clearInterval(idle);
      return { isForced };
    },
  };
}

function listenFault(cause: unknown, { host, port }: { readonly host: string; readonly port: number }): unknown {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return runtimeFault('PORT_IN_USE', `another process listens on ${host}:${port}`, { cause });
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return runtimeFault('ADDRESS_UNAVAILABLE', `${host}:${port} cannot be listened on`, { cause });
    default:
      return cause;
  }
}

function createApp(options: ServerOptions): FastifyInstance {
  const { limits } = options;
  const serverOptions = {
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5_000),
    maxHeaderSize: limits.maxHeaderBytes,
  };
  const app = fastify({
    logger: false,
    // Requests that arrive on open connections during a drain are answered, with `Connection: close`.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // The body has its own times (`readBody`): one limit for the whole request would cut off long uploads.
    requestTimeout: 0,
    connectionTimeout: limits.stallTimeoutMs,
    ...(options.tls === undefined
      ? { http: serverOptions }
      : {
          https: {
            ...serverOptions,
            ...contextOf(options.tls),
            handshakeTimeout: limits.headersTimeoutMs,
            requestCert: true,
            rejectUnauthorized: false,
          },
        }),
    bodyLimit: Number.MAX_SAFE_INTEGER,
    routerOptions: { maxParamLength: 1024, querystringParser: () => ({}) },
    exposeHeadRoutes: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const malformed = fail('REQUEST_MALFORMED', 'the address cannot be read', { cause: error });
      void send(reply, problemReply(malformed, options.traceId()));
    },
  });
  app.server.maxConnections = limits.maxConnections;
  app.server.on('request', endStalled);
  // One parser for everything, which leaves the stream alone: the route decides how its body is read.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.setNotFoundHandler((request, reply) => {
    // Pages take no body: what is left of one would keep the connection open for as long as somebody sends it.
    if (!hasBody(request) && options.fallback?.(request.raw, reply.raw) === true) return reply.hijack();
    const unknown = fail('ROUTE_UNKNOWN', `there is no ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}`);
    return send(reply, problemReply(unknown, options.traceId()), unreadOf(request));
  });
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof AppError)) options.failed(error);
    const known = error instanceof AppError ? error : asProblem(error);
    return send(reply, problemReply(known, options.traceId()), unreadOf(request));
  });
  return app;
}

const contextOf = ({ key, cert, ca }: TlsIdentity) => ({ key, cert, ca, minVersion: 'TLSv1.2' as const });

function clientCertificateOf({ socket }: IncomingMessage): Uint8Array | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined;
}

function asProblem(cause: unknown): AppError {
  const status = (cause as { statusCode?: number }).statusCode ?? 500;
  return status < 500
    ? fail('REQUEST_MALFORMED', 'the request cannot be read', { cause })
    : fail('INTERNAL', 'an unexpected fault', { cause });
}

function addRoute(app: FastifyInstance, endpoint: Endpoint, pipeline: Pipeline, streams: OpenStreams): void {
  const { route } = endpoint;
  app.route({
    method: route.method,
    url: route.path.replace(/\{([a-zA-Z]+)\}/g, ':$1'),
    // Probes ask with HEAD. A HEAD of a stream would read it to its end, and events have none.
    exposeHeadRoute: route.method === 'GET' && Object.values(route.responses).every(isSchema),
    handler: async (request, reply) => {
      const controller = new AbortController();
      const content = hasBody(request) ? request.raw : undefined;
      reply.raw.on('close', () => {
        streams.delete(controller);
        if (!reply.raw.writableFinished) controller.abort();
      });
      const mark = request.raw.url?.indexOf('?') ?? -1;
      const answer = await pipeline({
        endpoint,
        params: request.params as Record<string, string>,
        search: mark === -1 ? '' : (request.raw.url ?? '').slice(mark + 1),
        credentials: {
          kind: 'http',
          method: request.method,
          target: request.raw.url ?? '',
          remoteAddress: request.raw.socket.remoteAddress ?? '',
          clientCertificate: clientCertificateOf(request.raw),
          header: (name) => headerOf(request, name),
        },
        content,
        controller,
        header: (name) => headerOf(request, name),
      });
      if (hasEvents(route)) streams.add(controller);
      return send(reply, answer, unreadOf(request));
    },
  });
}

/**
 * Nothing was received or sent for a while. A handler may need longer, and its caller waits; an answer that lies there
 * unread holds a connection for nothing.
 */
function endStalled({ socket }: IncomingMessage, response: ServerResponse): void {
  response.on('timeout', () => {
    if (socket.writableLength > 0) socket.destroy();
  });
}

function addMount(app: FastifyInstance, mount: Mount, bodyTimeoutMs: number): void {
  const handler = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    if (hasBody(request)) {
      // Mounts take small forms, and do not look at the clock.
      const timer = setTimeout(() => request.raw.socket.destroy(), bodyTimeoutMs);
      finished(request.raw, () => clearTimeout(timer));
    }
    mount.handle(request.raw, reply.raw);
  };
  app.all(mount.prefix, handler);
  app.all(`${mount.prefix}/*`, handler);
}

const hasBody = (request: FastifyRequest): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The request, when part of its body is still to come. */
const unreadOf = (request: FastifyRequest): IncomingMessage | undefined =>
  hasBody(request) && !request.raw.readableEnded ? request.raw : undefined;

/** @param unread part of its body is still to come: the connection cannot be used again */
function send(reply: FastifyReply, answer: WireReply, unread?: IncomingMessage): FastifyReply {
  reply.code(answer.status).headers(SECURITY_HEADERS).headers(answer.headers);
  if (unread !== undefined) reply.header('connection', 'close');
  if (typeof answer.body === 'object') return reply.send(Readable.from(answer.body, { objectMode: false }));
  // As bytes: to a text Fastify would add a charset, which JSON media types do not have.
  const bytes = answer.body === undefined ? undefined : Buffer.from(answer.body);
  if (unread === undefined || bytes === undefined) return reply.send(bytes);
  reply.header('content-length', bytes.length);
  return reply.send(Readable.from(lingering(bytes, unread), { objectMode: false }));
}

const LINGER_MS = 2000;

/**
 * The answer, and then a while of taking what is still sent, for nothing. Closing a connection with unread bytes resets it,
 * and a caller who is still sending would lose the answer that says why (RFC 9112, section 9.6).
 */
async function* lingering(bytes: Buffer, unread: IncomingMessage): AsyncGenerator<Buffer, void> {
  yield bytes;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    finished(unread, () => {
      clearTimeout(timer);
      resolve();
    });
    unread.resume();
  });
}
