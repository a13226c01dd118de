import { actorOf, fail, HEADERS, isSchema, type Principal, PROBLEM_MEDIA_TYPE, problemOf } from '@stella-ops/contracts';
import { AppError, type Timestamp } from '@stella-ops/engine-kernel';
import type { IdSource, SystemClock } from '../runtime/clock.ts';
import { withContext } from '../runtime/context.ts';
import { admit } from './admission.ts';
import type { Credentials, Verifier } from './authentication.ts';
import { type BodyTimes, readBody } from './body.ts';
import { encodeReply, type WireReply } from './encode-reply.ts';
import type { Endpoint, LocalEndpoint, RequestContext } from './endpoint.ts';
import { isFresh } from './etag.ts';
import { claimOf, type IdempotencyClaim, type IdempotencyStore, once, type StoredReply } from './idempotency.ts';
import { closeCursor, openCursor } from './list-cursor.ts';
import type { RateLimiter, StreamCount } from './rate-limit.ts';
import { checkBody, readParams, readQueryOf } from './read-input.ts';
import { requestIds } from './request-ids.ts';
import { hasEvents, whileWelcome } from './welcome-stream.ts';

/** A request, whichever wire brought it. */
export interface Exchange {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
  /** Query text without `?`. */
  readonly search: string;
  readonly credentials: Credentials;
  readonly content: AsyncIterable<Uint8Array> | undefined;
  /** Aborted by the wire when the caller is gone, by the pipeline when the deadline has passed. */
  readonly controller: AbortController;
  header(name: string): string | undefined;
}

/** One line of what happened, for logs and metrics. */
export interface ServedRequest {
  readonly routeId: string;
  readonly method: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly durationMs: number;
}

/** Records that somebody read what must not be read unseen, or was refused a change. When it fails, so does the request. */
export interface RequestAudit {
  record(entry: {
    readonly routeId: string;
    readonly caller: Principal;
    readonly params: Readonly<Record<string, string>>;
    readonly requestId: string;
    readonly outcome: 'read' | 'refused';
    /** Why it was refused. */
    readonly code?: string;
  }): Promise<void>;
}

export interface PipelineOptions {
  readonly verifier: Verifier;
  readonly limiter: RateLimiter;
  /** Event streams of a caller beyond its size are refused: each holds a connection for as long as its reader likes. */
  readonly streams: StreamCount;
  readonly idempotency: IdempotencyStore;
  readonly audit: RequestAudit;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly times: BodyTimes & {
    /** From the first byte of the request to the beginning of its answer; byte streams are free of it. */
    readonly deadlineMs: number;
    readonly heartbeatMs: number;
  };
  served(request: ServedRequest): void;
  /** Whatever is no {@link AppError}, and every answer of 500 and above. */
  failed(error: unknown, routeId: string): void;
}

export type Pipeline = (exchange: Exchange) => Promise<WireReply>;

/**
 * The way of every request, over HTTP and inside the process: who calls, what is asked, is it fresh, was it done before,
 * do it, check the answer. Answers always; what goes wrong becomes a problem.
 */
export function createPipeline(options: PipelineOptions): Pipeline {
  return (exchange) => {
    const { requestId, traceId } = requestIds((name) => exchange.header(name), options.ids);
    return withContext({ requestId, traceId }, async () => {
      const startedMs = options.clock.monotonicMs();
      const { route } = exchange.endpoint;
      let code: string | undefined;
      let reply: WireReply;
      try {
        reply = await admitted(exchange, options, requestId, traceId);
      } catch (error) {
        const known = knownFault(error, exchange.controller.signal);
        if (known.status >= 500) options.failed(error, route.id);
        code = known.code;
        reply = problemReply(known, traceId);
      }
      const durationMs = options.clock.monotonicMs() - startedMs;
      options.served({ routeId: route.id, method: route.method, status: reply.status, code, durationMs });
      const headers = { ...reply.headers, [HEADERS.requestId]: requestId, [HEADERS.traceId]: traceId };
      return { ...reply, headers };
    });
  };
}

function knownFault(error: unknown, signal: AbortSignal): AppError {
  if (error instanceof AppError) return error;
  // Work that stops because its caller left is no fault. After a deadline the answer is another one already.
  if (signal.aborted && error === signal.reason) return fail('CALLER_GONE', 'the caller left before the answer');
  return fail('INTERNAL', 'an unexpected fault', { cause: error });
}

/** A problem as an answer, with the headers that belong to its status. */
export function problemReply(error: AppError, traceId: string): WireReply {
  const retryAfter = error.details['retryAfterSeconds'];
  const etag = error.details['etag'];
  return {
    status: error.status,
    headers: {
      'content-type': PROBLEM_MEDIA_TYPE,
      ...(error.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}),
      ...(typeof etag === 'string' ? { etag } : {}),
    },
    body: JSON.stringify(problemOf(error, traceId)),
  };
}

async function admitted(
  exchange: Exchange,
  options: PipelineOptions,
  requestId: string,
  traceId: string,
): Promise<WireReply> {
  const { route } = exchange.endpoint;
  const header = (name: string) => exchange.header(name);
  const receivedAt = options.clock.now();
  const { caller, refusal } = await admit(route, exchange.credentials, header, options.verifier, options.limiter);
  const context = { requestId, traceId, caller };
  const { endpoint } = exchange;
  if ('forward' in endpoint) {
    const { params, search, content, controller } = exchange;
    const request = { ...context, params, search, content, signal: controller.signal, header };
    return watched(exchange, caller, receivedAt, options, await endpoint.forward(request));
  }
  const answer = (): Promise<WireReply> => answered(exchange, endpoint, options, context);
  if (caller === undefined) return answer();
  return withContext({ tenantId: caller.tenantId, actorId: actorOf(caller) }, async () => {
    const entry = { routeId: route.id, caller, params: exchange.params, requestId };
    let reply: WireReply;
    try {
      if (refusal !== undefined) throw refusal;
      reply = await answer();
    } catch (error) {
      // A page that lists what its reader may not see is no attempt at anything; a change, or evidence, is.
      const isTold = route.method !== 'GET' || route.auditsRead === true;
      if (isTold && error instanceof AppError && error.status === 403) {
        await options.audit.record({ ...entry, outcome: 'refused', code: error.code });
      }
      throw error;
    }
    if (route.auditsRead === true) await options.audit.record({ ...entry, outcome: 'read' });
    return watched(exchange, caller, receivedAt, options, reply);
  });
}

/**
 * An event stream, with its end when its reader may not read it any more; any other answer as it is.
 *
 * @throws AppError `RATE_LIMITED` when the caller reads enough streams already
 */
function watched(
  { endpoint, credentials, controller }: Exchange,
  caller: Principal | undefined,
  receivedAt: Timestamp,
  { verifier, times, streams }: PipelineOptions,
  reply: WireReply,
): WireReply {
  const isWatched = credentials.kind === 'http' && caller !== undefined && hasEvents(endpoint.route);
  if (!isWatched || typeof reply.body !== 'object') return reply;
  const isWelcome = async (): Promise<boolean> => {
    const now = await verifier.verify({ ...credentials, receivedAt });
    return now.ok && [...caller.scopes].every((scope) => now.principal.scopes.has(scope));
  };
  const key = `${caller.tenantId} ${actorOf(caller)}`;
  if (streams.isFull(key)) {
    // What the handler began for it must end.
    controller.abort();
    const details = { retryAfterSeconds: Math.ceil(times.heartbeatMs / 1000) };
    throw fail('RATE_LIMITED', 'too many event streams are open: end one', { details });
  }
  const enter = () => streams.enter(key);
  return { ...reply, body: whileWelcome(reply.body, enter, isWelcome, times.heartbeatMs, controller) };
}

interface Known {
  readonly requestId: string;
  readonly traceId: string;
  readonly caller: Principal | undefined;
}

async function answered(
  exchange: Exchange,
  { route, handler }: LocalEndpoint,
  options: PipelineOptions,
  known: Known,
): Promise<WireReply> {
  const header = (name: string) => exchange.header(name);
  const params = readParams(route, exchange.params);
  const query = openCursor(route, readQueryOf(route, exchange.search));
  const ifMatch = header('if-match');
  if (route.ifMatch === true && ifMatch === undefined) {
    throw fail('PRECONDITION_REQUIRED', 'this change needs the If-Match header');
  }
  const read = await readBody(route, { content: exchange.content, header }, options.times);
  const body = checkBody(route, read.value);
  const claim = claimFor(exchange, known, read.text, options.ids);

  const { signal } = exchange.controller;
  const context: RequestContext = {
    caller: known.caller as RequestContext['caller'],
    routeId: route.id,
    requestId: known.requestId,
    traceId: known.traceId,
    signal,
    ifMatch,
    lastEventId: header(HEADERS.lastEventId),
    idempotency: claim,
    header,
    stored: (reply) => storable(encodeReply(route, reply, options.times.heartbeatMs, signal)),
  };
  const invoke = async (): Promise<WireReply> => {
    const reply = closeCursor(route, await handler({ params, query, body }, context));
    return encodeReply(route, reply, options.times.heartbeatMs, signal);
  };
  const isStream = route.body !== undefined && !isSchema(route.body);
  const work = claim === undefined ? invoke : () => onlyOnce(options.idempotency, claim, invoke);
  const reply = isStream ? await work() : await withDeadline(work, options.times.deadlineMs, exchange.controller);
  return notModified(exchange, reply) ?? reply;
}

function claimFor(exchange: Exchange, known: Known, bodyText: string, ids: IdSource): IdempotencyClaim | undefined {
  const { route } = exchange.endpoint;
  const key = exchange.header(HEADERS.idempotencyKey);
  if (route.idempotent !== true || key === undefined) return undefined;
  const request = JSON.stringify([exchange.params, exchange.search, bodyText]);
  return claimOf(route, known.caller, key, request, ids.uuid());
}

async function onlyOnce(
  store: IdempotencyStore,
  claim: IdempotencyClaim,
  invoke: () => Promise<WireReply>,
): Promise<WireReply> {
  const { reply, isReplay } = await once(store, claim, async () => storable(await invoke()));
  return isReplay ? { ...reply, headers: { ...reply.headers, [HEADERS.idempotencyReplayed]: 'true' } } : reply;
}

function storable({ status, headers, body }: WireReply): StoredReply {
  if (typeof body === 'object') throw new Error('an idempotent route cannot answer with a stream');
  return { status, headers, body };
}

/**
 * The work goes on when its time is over, and is told by its signal; only the answer is given up. So a change that was
 * made late is still recorded under its idempotency key, and a repeated request gets the true answer.
 */
async function withDeadline<T>(work: () => Promise<T>, deadlineMs: number, controller: AbortController): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(fail('DEADLINE_EXCEEDED', `no answer within ${deadlineMs} ms`));
    controller.abort();
  }, deadlineMs);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function notModified(exchange: Exchange, reply: WireReply): WireReply | undefined {
  const { etag } = reply.headers;
  if (exchange.endpoint.route.method !== 'GET' || reply.status !== 200 || etag === undefined) return undefined;
  if (!isFresh(exchange.header('if-none-match'), etag)) return undefined;
  return { status: 304, headers: { etag }, body: undefined };
}
