import { fail } from '../errors.ts';
import type { AddressClass } from './address.ts';
import { type Authorizer, createAuthorizer, refusalHint } from './authorizer.ts';
import { type Body, createExchange, type HttpRequest, type HttpResponse, shownUrl } from './exchange.ts';
import { discard } from './read-body.ts';
import { registryError } from './registry-error.ts';
import { mayBePlain, registryUrl } from './registry-url.ts';
import { isTransient, isWorthRetry, retryDelay } from './retry.ts';
import type { Credentials, RegistryOptions } from './types.ts';

const MAX_REDIRECTS = 5;

/** One call of the distribution API. */
export interface Call {
  readonly method: HttpRequest['method'];
  /** Path below the registry (`/v2/…`), or a place that the registry named. */
  readonly target: string | Place;
  /** Whose credentials; empty for the registry as a whole. */
  readonly repository: string;
  readonly scopes: readonly string[];
  /** Statuses that the caller handles; everything else is an error. */
  readonly expect: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** False where the same request cannot be sent twice. Default true. */
  readonly mayRepeat?: boolean;
}

/** A URL out of an answer, and the network of the host that gave it. */
export interface Place {
  readonly url: URL;
  readonly namedBy: AddressClass;
}

/** Everything between an endpoint and the wire: TLS or not, redirects, tokens, patience. */
export interface Session {
  readonly registry: string;
  call(call: Call): Promise<HttpResponse>;
  /** Resolves a `Location` or `Link` target, which must be of a scheme that is allowed there. */
  place(target: string, from: HttpResponse): Place;
  close(): void;
}

/**
 * A session with one registry.
 *
 * @param registry `host[:port]` as in a reference
 * @throws AppError `OCI_REFERENCE_INVALID`; `call` throws `REGISTRY_*`
 */
export function createSession(registry: string, options: RegistryOptions): Session {
  const exchange = createExchange(options);
  const isPlainAllowed = (url: URL) => mayBePlain(url, options.insecure ?? []);
  const base = registryUrl(registry, options.insecure ?? []);
  const authorizers = new Map<string, { readonly authorizer: Authorizer; readonly credentials: Credentials }>();

  function authorizerOf(repository: string) {
    const known = authorizers.get(repository);
    if (known !== undefined) return known;
    const credentials = options.credentials?.(registry, repository) ?? { kind: 'anonymous' };
    const authorizer = createAuthorizer(exchange, credentials, options, isPlainAllowed);
    authorizers.set(repository, { authorizer, credentials });
    return { authorizer, credentials };
  }

  function place(target: string, from: HttpResponse): Place {
    const url = URL.parse(target, from.url.href);
    const refuse = (why: string) => fail('REGISTRY_REDIRECT_REFUSED', why, { place: { file: shownUrl(from.url) } });
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      throw refuse('the registry sends us to what is no web address');
    }
    if (url.protocol === 'http:' && (from.url.protocol === 'https:' || !isPlainAllowed(url))) {
      throw refuse(`the registry sends us to ${shownUrl(url)}, which is without TLS`);
    }
    url.username = '';
    url.password = '';
    return { url, namedBy: from.address };
  }

  /** Sends a request and goes where its answers point; only to the registry itself with its credentials. */
  async function follow(call: Call, authorization: string | undefined): Promise<HttpResponse> {
    const isOwn = (url: URL) => url.origin === base.origin;
    let at: { url: URL; namedBy?: AddressClass } =
      typeof call.target === 'string' ? { url: new URL(call.target, base) } : call.target;
    for (let redirects = 0; ; redirects++) {
      const headers = {
        ...call.headers,
        ...(authorization !== undefined && isOwn(at.url) ? { authorization } : {}),
      };
      const namedBy = at.namedBy === undefined || isOwn(at.url) ? options.namedBy : at.namedBy;
      const response = await exchange.send({
        method: call.method,
        url: at.url,
        headers,
        ...(namedBy === undefined ? {} : { namedBy }),
        ...(call.body === undefined ? {} : { body: call.body }),
      });
      const { location } = response.headers;
      if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return response;
      discard(response);
      if (call.method !== 'GET' && call.method !== 'HEAD') {
        throw fail('REGISTRY_REDIRECT_REFUSED', `the registry redirects a ${call.method}`, {
          place: { file: shownUrl(response.url) },
        });
      }
      if (redirects === MAX_REDIRECTS) {
        throw fail('REGISTRY_REDIRECT_REFUSED', `more than ${MAX_REDIRECTS} redirects`, {
          place: { file: shownUrl(response.url) },
        });
      }
      at = place(location, response);
    }
  }

  async function authorized(call: Call): Promise<HttpResponse> {
    const { authorizer } = authorizerOf(call.repository);
    const response = await follow(call, await authorizer.authorize(call.scopes));
    // Only the registry itself may ask for credentials, not a store that it redirects to.
    if (response.status !== 401 || response.url.origin !== base.origin) return response;
    if (!(await authorizer.learn(response, call.scopes))) return response;
    discard(response);
    return follow(call, await authorizer.authorize(call.scopes));
  }

  return {
    registry,
    place,
    async call(call) {
      for (let attempt = 1; ; attempt++) {
        let response: HttpResponse | undefined;
        let failure: unknown;
        try {
          response = await authorized(call);
          if (call.expect.includes(response.status)) return response;
        } catch (error) {
          failure = error;
        }
        const isPassing = response === undefined ? isWorthRetry(failure) : isTransient(response.status);
        const mayRepeat = isPassing && call.mayRepeat !== false;
        const delay = mayRepeat ? retryDelay(attempt, response?.headers, options) : undefined;
        if (delay === undefined) {
          if (response === undefined) throw failure;
          throw await registryError(response, refusalHint(authorizerOf(call.repository).credentials));
        }
        if (response !== undefined) discard(response);
        await options.sleep(delay);
      }
    },
    close: () => exchange.close(),
  };
}
