import type { Caller, Input, Principal, Reply, Route } from '@stella-ops/contracts';
import type { WireReply } from './encode-reply.ts';
import type { IdempotencyClaim, StoredReply } from './idempotency.ts';

export interface RequestContext<R extends Route = Route> {
  readonly caller: Caller<R>;
  /** Id of the route: the action in the audit trail. */
  readonly routeId: string;
  readonly requestId: string;
  readonly traceId: string;
  /** Aborted when the caller is gone, the deadline has passed or the server stops. */
  readonly signal: AbortSignal;
  /** The `If-Match` header; always set on routes that need it. Give it to `requireMatch`. */
  readonly ifMatch: string | undefined;
  readonly lastEventId: string | undefined;
  /** Lets a handler record its answer in the transaction that makes the change. */
  readonly idempotency: IdempotencyClaim | undefined;
  header(name: string): string | undefined;
  /** The answer as it is kept under an idempotency key. @throws Error when it breaks the contract */
  stored(reply: AnyReply): StoredReply;
}

export type Handler<R extends Route> = (input: Input<R>, context: RequestContext<R>) => Promise<Reply<R>>;

export interface AnyReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route with what answers it in this process. */
export interface LocalEndpoint {
  readonly route: Route;
  readonly handler: (input: unknown, context: RequestContext) => Promise<AnyReply>;
}

/** A request for a route of another process, before anything but its caller was looked at. */
export interface Forwarding {
  /** `undefined` on public routes. */
  readonly caller: Principal | undefined;
  readonly params: Readonly<Record<string, string>>;
  /** Query text without `?`. */
  readonly search: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly content: AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal;
  header(name: string): string | undefined;
}

/** A route that another process answers. That one looks at scopes, tenant, input and idempotency key, and audits. */
export interface ForwardedEndpoint {
  readonly route: Route;
  /** @throws AppError `SERVER_UNREACHABLE` */
  forward(request: Forwarding): Promise<WireReply>;
}

export type Endpoint = LocalEndpoint | ForwardedEndpoint;

// `NoInfer` keeps the route the only source of R; otherwise the literal statuses of async handlers widen to number.
/** Joins a contract and its handler; the types of both must fit. */
export function handle<const R extends Route>(route: R, handler: NoInfer<Handler<R>>): LocalEndpoint {
  return { route, handler: handler as LocalEndpoint['handler'] };
}
