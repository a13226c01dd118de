import { fail, type Transport, type WireRequest, type WireResponse } from '@stella-ops/contracts';
import { session } from './session.ts';

const ANSWER_WITHIN_MS = 30_000;
/** The server gives a sign of life every 15 s; a stream that is silent for so long is dead. */
const STREAM_SILENCE_MS = 50_000;

/** Carries requests to the server that this page came from, as the person who is signed in. */
export const browserTransport: Transport = {
  async send(request) {
    const body = await bodyOf(request);
    const token = await session.accessToken();
    const response = await send(request, body, token);
    if (response.status !== 401) return wireResponse(request, response);
    // A login that an administrator changed needs a new token; the second refusal is the answer.
    return wireResponse(request, await send(request, body, await session.accessToken(token)));
  },
};

async function send(request: WireRequest, body: BodyInit | undefined, token: string): Promise<Response> {
  const began = new AbortController();
  const timer = setTimeout(() => began.abort(), ANSWER_WITHIN_MS);
  try {
    return await fetch(request.target, {
      method: request.route.method,
      headers: { ...request.headers, authorization: `Bearer ${token}` },
      redirect: 'error',
      credentials: 'omit',
      signal: AbortSignal.any(request.signal === undefined ? [began.signal] : [began.signal, request.signal]),
      ...(body === undefined ? {} : { body }),
    });
  } catch (cause) {
    request.signal?.throwIfAborted();
    throw fail('SERVER_UNREACHABLE', 'the server did not answer', { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Browsers send no streams over HTTP/1.1: what is uploaded is collected first. */
async function bodyOf({ body }: WireRequest): Promise<BodyInit | undefined> {
  if (body === undefined || typeof body === 'string') return body;
  const parts: BlobPart[] = [];
  for await (const part of body) parts.push(new Uint8Array(part));
  return new Blob(parts);
}

function wireResponse(request: WireRequest, response: Response): WireResponse {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    content: contentOf(response, isStream ? STREAM_SILENCE_MS : undefined, request.signal),
  };
}

async function* contentOf(
  response: Response,
  silenceMs: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const part = await within(reader.read(), silenceMs);
      if (part.done) return;
      yield part.value;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw fail('SERVER_UNREACHABLE', 'the answer was cut off', { cause });
  } finally {
    // A reader that stops early frees the connection.
    await reader.cancel().catch(() => undefined);
  }
}

async function within<T>(work: Promise<T>, limitMs: number | undefined): Promise<T> {
  if (limitMs === undefined) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('silence')), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
