import { fail } from '../errors.ts';
import type { Transport, WireRequest, WireResponse } from './transport.ts';

export interface HttpTransportOptions {
  /** `http://host:8081`, without a path. */
  readonly baseUrl: string;
  /** Headers that say who is calling, asked for before each request; an access token is short-lived. */
  readonly authorize?: (request: WireRequest) => Promise<Readonly<Record<string, string>>>;
  /** For the answer to begin; default 30 s. A stream may then last as long as it likes. */
  readonly timeoutMs?: number;
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Carries requests over HTTP with `fetch`, in programs and browsers. Redirects are refused: they would take the token along. */
export function httpTransport(options: HttpTransportOptions): Transport {
  const send = options.fetch ?? globalThis.fetch;
  return {
    async send(request) {
      const url = new URL(request.target, options.baseUrl);
      const authorization = (await options.authorize?.(request)) ?? {};
      const began = new AbortController();
      const timer = setTimeout(() => began.abort(new Error('no answer in time')), options.timeoutMs ?? 30_000);
      const signals = request.signal === undefined ? [began.signal] : [began.signal, request.signal];
      try {
        return wireResponse(
          await send(url, {
            method: request.route.method,
            headers: { ...request.headers, ...authorization },
            redirect: 'error',
            signal: AbortSignal.any(signals),
            ...bodyInit(request.body),
          }),
        );
      } catch (cause) {
        request.signal?.throwIfAborted();
        throw fail('SERVER_UNREACHABLE', `${url.origin} did not answer`, { cause });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function bodyInit(body: WireRequest['body']): RequestInit {
  if (body === undefined) return {};
  if (typeof body === 'string') return { body };
  // The types of browsers know neither of the two yet.
  const streams = ReadableStream as unknown as { from(parts: typeof body): ReadableStream<Uint8Array> };
  const init: object = { body: streams.from(body), duplex: 'half' };
  return init;
}

function wireResponse(response: Response): WireResponse {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    content: contentOf(response),
  };
}

async function* contentOf(response: Response): AsyncGenerator<Uint8Array, void> {
  try {
    if (response.body !== null) yield* response.body;
  } catch (cause) {
    throw fail('SERVER_UNREACHABLE', 'the answer was cut off', { cause });
  }
}
