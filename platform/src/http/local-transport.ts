import { fail, HEADERS, type Principal, type Transport } from '@stella-ops/contracts';
import { currentContext } from '../runtime/context.ts';
import type { Endpoint } from './endpoint.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * Carries requests to services of this process: the same pipeline as over HTTP, JSON text on both ways, only no socket.
 *
 * @param principal for whom the calling service asks; its verifier checks it
 */
export function localTransport(endpoints: readonly Endpoint[], pipeline: Pipeline, principal: Principal): Transport {
  const byRoute = new Map(endpoints.map((endpoint) => [endpoint.route.id, endpoint]));
  return {
    async send(request) {
      request.signal?.throwIfAborted();
      const endpoint = byRoute.get(request.route.id);
      if (endpoint === undefined) throw fail('ROUTE_UNKNOWN', `no service of this process answers ${request.route.id}`);
      const controller = new AbortController();
      request.signal?.addEventListener('abort', () => controller.abort(), { once: true });
      const headers: Readonly<Record<string, string>> = { ...contextHeaders(), ...request.headers };
      const query = request.target.indexOf('?');
      const reply = await pipeline({
        endpoint,
        params: request.params,
        search: query === -1 ? '' : request.target.slice(query + 1),
        credentials: { kind: 'local', principal },
        content: typeof request.body === 'string' ? one(request.body) : request.body,
        controller,
        header: (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
      });
      request.signal?.throwIfAborted();
      return {
        status: reply.status,
        header: (name) => (Object.hasOwn(reply.headers, name) ? reply.headers[name] : undefined),
        content: typeof reply.body === 'object' ? reply.body : one(reply.body ?? ''),
      };
    },
  };
}

/** The request that a call inside the process belongs to, so that its log lines are found together. */
function contextHeaders(): Record<string, string> {
  const { requestId, traceId } = currentContext();
  return {
    ...(requestId === undefined ? {} : { [HEADERS.requestId]: requestId }),
    ...(traceId === undefined ? {} : { [HEADERS.traceParent]: `00-${traceId}-${traceId.slice(16)}-00` }),
  };
}

async function* one(text: string): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve();
  yield Buffer.from(text);
}
