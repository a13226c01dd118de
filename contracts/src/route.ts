import type { ErrorTable } from './errors.ts';
import type { Principal } from './principal.ts';
import type { Scope } from './scopes.ts';
import type * as z from 'zod';

export type Schema = z.core.$ZodType;

/** Raw bytes instead of JSON: uploads, downloads, text for other programs. */
export interface BytesBody {
  readonly kind: 'bytes';
  readonly mediaTypes: readonly string[];
}

/** Server-sent events (WHATWG HTML, section 9.2) whose data is JSON of the given shape. */
export interface EventsBody<S extends Schema = Schema> {
  readonly kind: 'events';
  readonly item: S;
}

/** No body at all. */
export interface EmptyBody {
  readonly kind: 'empty';
}

export type ResponseBody = Schema | BytesBody | EventsBody | EmptyBody;

/**
 * One route of the API as plain data. The server, the OpenAPI document and the client are all made from it, so nothing
 * about a route is written twice.
 */
export interface Route {
  /** Area and verb, `releases.create`: metric label, operation id, audit name. Never changes. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** OpenAPI style, `/api/v1/releases/{releaseId}`. */
  readonly path: string;
  readonly summary: string;
  /** All of them are needed. `authenticated`: any caller with a tenant. `public`: no authentication at all. */
  readonly scopes: readonly [Scope, ...Scope[]] | 'authenticated' | 'public';
  readonly params?: Schema;
  readonly query?: Schema;
  readonly body?: Schema | BytesBody;
  /** By status: successes, and 503 where that is an answer and no error (readiness). */
  readonly responses: { readonly [status: number]: ResponseBody };
  /** What it can answer beside the errors that every route has. */
  readonly errors: ErrorTable;
  /** Key-set pages: the query has `limit` and `cursor`, the answer `items` and `next`. */
  readonly paging?: true;
  /** Accepts `Idempotency-Key`: a repeated request gets the recorded answer. */
  readonly idempotent?: true;
  /** Needs `If-Match` with the ETag that the caller has seen. */
  readonly ifMatch?: true;
  /** Reading it is recorded in the audit trail before the answer leaves. */
  readonly auditsRead?: true;
  /** Default 1 MiB for JSON, 1 GiB for bytes. */
  readonly maxBodyBytes?: number;
}

export type Routes = Readonly<Record<string, Route>>;

export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

export const empty: EmptyBody = { kind: 'empty' };

export function bytes<const M extends readonly [string, ...string[]]>(...mediaTypes: M): BytesBody {
  return { kind: 'bytes', mediaTypes };
}

export function events<S extends Schema>(item: S): EventsBody<S> {
  return { kind: 'events', item };
}

export function isSchema(body: Schema | BytesBody | EventsBody | EmptyBody | undefined): body is Schema {
  return body !== undefined && '_zod' in body;
}

export interface StreamEvent<T> {
  /** Position to resume from. */
  readonly id?: string;
  /** The event's type; `reset` means that the position asked for is no longer kept. */
  readonly event: string;
  readonly data: T;
}

export interface ByteStream {
  readonly contentType: string;
  readonly content: AsyncIterable<Uint8Array>;
}

// The accessors below index the literal route type and stay interfaces where they can: measured, that is what keeps the
// checker's work linear in the number of routes (`type-cost.test.ts`).
type Out<S> = S extends Schema ? S['_zod']['output'] : S extends BytesBody ? ByteStream : undefined;
type In<S> = S extends Schema ? S['_zod']['input'] : S extends BytesBody ? ByteStream : undefined;

/** What a handler gets. */
export interface Input<R extends Route> {
  readonly params: Out<R['params']>;
  readonly query: Out<R['query']>;
  readonly body: Out<R['body']>;
}

/** The caller, where the route has one. */
export type Caller<R extends Route> = R['scopes'] extends 'public' ? undefined : Principal;

type OptionalQuery<S> = S extends Schema
  ? {} extends S['_zod']['input']
    ? { readonly query?: S['_zod']['input'] }
    : { readonly query: S['_zod']['input'] }
  : unknown;

/** What a caller passes. */
export type ClientInput<R extends Route> = {
  readonly [K in keyof R & ('params' | 'body')]: In<R[K]>;
} & OptionalQuery<R['query']>;

/** What a handler answers with; one member for each declared status. */
export type Reply<R extends Route> = {
  [S in keyof R['responses'] & number]: HandlerReply<S, R['responses'][S]>;
}[keyof R['responses'] & number];

interface HandlerReply<S extends number, B> {
  readonly status: S;
  readonly body: B extends Schema
    ? B['_zod']['input']
    : B extends EventsBody<infer T>
      ? (signal: AbortSignal) => AsyncIterable<StreamEvent<T['_zod']['input']>>
      : B extends BytesBody
        ? ByteStream
        : undefined;
  /** Lower-case names; `etag` makes conditional requests work. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a caller gets. */
export type Output<R extends Route> = {
  [S in keyof R['responses'] & number]: ClientReply<S, R['responses'][S]>;
}[keyof R['responses'] & number];

interface ClientReply<S extends number, B> {
  readonly status: S;
  readonly body: B extends Schema
    ? B['_zod']['output']
    : B extends EventsBody<infer T>
      ? AsyncIterable<StreamEvent<T['_zod']['output']>>
      : B extends BytesBody
        ? ByteStream
        : undefined;
  /** By lower-case name. */
  header(name: string): string | undefined;
}
