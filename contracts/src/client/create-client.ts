import { fail } from '../errors.ts';
import { HEADERS } from '../headers.ts';
import { writeQuery } from '../query.ts';
import { type ByteStream, type ClientInput, isSchema, type Output, type Route, type Routes } from '../route.ts';
import { readReply } from './read-reply.ts';
import type { Transport } from './transport.ts';

export interface CallOptions {
  /** Repeating a call with the same key and body gets the first answer (routes with `idempotent`). */
  readonly idempotencyKey?: string;
  /** ETag that the caller has seen (routes with `ifMatch`). */
  readonly ifMatch?: string;
  /** Position to resume an event stream from. */
  readonly lastEventId?: string;
  /** Refused by the server unless it is the caller's own tenant. */
  readonly tenantId?: string;
  readonly signal?: AbortSignal;
}

export interface ClientOptions {
  /** Runs before each call; may throw. Servers use it to refuse calls inside a database transaction. */
  readonly beforeCall?: (route: Route) => void;
}

export type Client<R extends Routes> = {
  readonly [K in keyof R]: (input: ClientInput<R[K]>, options?: CallOptions) => Promise<Output<R[K]>>;
};

interface UntypedInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/**
 * One function for each route. It answers with the declared status and body, checked against the contract.
 *
 * @throws AppError with the code, hint and violations of the server's problem; `SERVER_UNREACHABLE`,
 *   `RESPONSE_INVALID`, `CALL_INVALID`
 */
export function createClient<const R extends Routes>(
  routes: R,
  transport: Transport,
  options: ClientOptions = {},
): Client<R> {
  const call =
    (route: Route) =>
    async (input: UntypedInput, callOptions: CallOptions = {}) => {
      options.beforeCall?.(route);
      const params = textParams(input.params ?? {});
      const response = await transport.send({
        route,
        target: fillPath(route.path, params) + writeQuery(input.query),
        params,
        headers: headersOf(route, input.body, callOptions),
        body: bodyOf(route, input.body),
        ...(callOptions.signal === undefined ? {} : { signal: callOptions.signal }),
      });
      return readReply(route, response);
    };
  const functions: unknown = Object.fromEntries(Object.entries(routes).map(([name, route]) => [name, call(route)]));
  return functions as Client<R>;
}

function textParams(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

/**
 * A path with its parameters filled in and escaped.
 *
 * @throws AppError `CALL_INVALID` for an empty value, `.` and `..`: URL parsers resolve those, and the request would
 *   reach another route
 */
export function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/\{([a-zA-Z]+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined || value === '' || value === '.' || value === '..' || !value.isWellFormed()) {
      throw fail('CALL_INVALID', `the path parameter "${name}" cannot be ${JSON.stringify(value) ?? 'absent'}`);
    }
    return encodeURIComponent(value);
  });
}

function headersOf(route: Route, body: unknown, options: CallOptions): Record<string, string> {
  const success = Object.values(route.responses).map((one) => (isSchema(one) ? 'application/json' : mediaTypeOf(one)));
  const headers: Record<string, string> = { accept: [...new Set(success), 'application/problem+json'].join(', ') };
  if (isSchema(route.body)) headers['content-type'] = 'application/json';
  else if (route.body !== undefined) headers['content-type'] = (body as ByteStream).contentType;
  if (options.idempotencyKey !== undefined) headers[HEADERS.idempotencyKey] = options.idempotencyKey;
  if (options.ifMatch !== undefined) headers['if-match'] = options.ifMatch;
  if (options.lastEventId !== undefined) headers[HEADERS.lastEventId] = options.lastEventId;
  if (options.tenantId !== undefined) headers[HEADERS.tenant] = options.tenantId;
  return headers;
}

function mediaTypeOf(body: Exclude<Route['responses'][number], { _zod: unknown }>): string {
  if (body.kind === 'events') return 'text/event-stream';
  return '*/*';
}

function bodyOf(route: Route, body: unknown): string | AsyncIterable<Uint8Array> | undefined {
  if (route.body === undefined) return undefined;
  return isSchema(route.body) ? JSON.stringify(body) : (body as ByteStream).content;
}
