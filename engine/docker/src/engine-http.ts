import type { IncomingMessage } from 'node:http';
import { AppError, parseJson } from '@stella-ops/engine-kernel';
import { type Endpoint, formatEndpoint } from './endpoint.ts';
import { fail } from './errors.ts';
import { nodeHttp } from './lazy-http.ts';

/** Answers that are documents, not streams. `docker inspect` of a large image is some 100 kB. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

export interface EngineRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** 0: the engine may be silent for ever, as on a stream of events. */
  readonly idleTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One GET; resolves at the headers whatever the status. @throws AppError when nobody answers */
export const get = (endpoint: Endpoint, path: string, idleTimeoutMs: number): Promise<IncomingMessage> =>
  send(endpoint, { path, idleTimeoutMs });

/** One request; resolves at the headers whatever the status. @throws AppError when nobody answers */
export function send(endpoint: Endpoint, request: EngineRequest): Promise<IncomingMessage> {
  const { method = 'GET', path, idleTimeoutMs, signal } = request;
  return new Promise((resolve, reject) => {
    const to = endpoint.kind === 'unix' ? { socketPath: endpoint.path } : { host: endpoint.host, port: endpoint.port };
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const headers = {
      host: 'docker',
      ...request.headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'content-length': String(body?.length ?? 0) }),
    };
    const call = nodeHttp().request({ ...to, path, method, agent: false, headers, ...(signal && { signal }) }, resolve);
    // Counts from the last byte seen, so a long export is fine and a dead peer is not.
    if (idleTimeoutMs > 0) {
      call.setTimeout(idleTimeoutMs, () => {
        call.destroy(
          fail('DOCKER_TIMEOUT', `no byte from the engine for ${idleTimeoutMs} ms`, {
            place: { file: formatEndpoint(endpoint) },
          }),
        );
      });
    }
    call.on('error', (cause) => reject(connectionError(cause, endpoint)));
    call.end(body);
  });
}

/** The body of a 200 as parsed JSON. @throws AppError for every other status and for what is not JSON */
export async function readJson(answer: IncomingMessage, endpoint: Endpoint): Promise<unknown> {
  if (answer.statusCode !== 200) throw await answerError(answer, endpoint);
  const bytes = await readCapped(answer, MAX_DOCUMENT_BYTES, endpoint);
  return parseJson(bytes, formatEndpoint(endpoint), { maxBytes: MAX_DOCUMENT_BYTES });
}

/** What a status other than 200 means; `missing` is what a 404 is about. */
export async function answerError(
  answer: IncomingMessage,
  endpoint: Endpoint,
  missing: 'DOCKER_NO_SUCH_IMAGE' | 'DOCKER_NO_SUCH_CONTAINER' | 'DOCKER_NO_SUCH_RESOURCE' = 'DOCKER_NO_SUCH_IMAGE',
): Promise<AppError> {
  const status = answer.statusCode ?? 0;
  const message = await errorMessage(answer, endpoint);
  const code = status === 404 ? missing : status === 403 ? 'DOCKER_PERMISSION' : 'DOCKER_FAILED';
  return fail(code, message === '' ? `the engine answered ${status}` : message, {
    place: { file: formatEndpoint(endpoint) },
    details: { status },
  });
}

async function errorMessage(answer: IncomingMessage, endpoint: Endpoint): Promise<string> {
  try {
    const value: unknown = JSON.parse((await readCapped(answer, MAX_ERROR_BYTES, endpoint)).toString('utf8'));
    const message: unknown = typeof value === 'object' && value !== null && 'message' in value ? value.message : '';
    // The text ends on somebody's terminal: no control characters, no novel.
    return typeof message === 'string' ? plainText(message) : '';
  } catch {
    return '';
  }
}

export const plainText = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 300);

export async function readCapped(answer: IncomingMessage, maxBytes: number, endpoint: Endpoint): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(answer, endpoint)) {
    size += chunk.length;
    if (size > maxBytes) {
      throw fail('DOCKER_ANSWER_INVALID', `the answer is longer than ${maxBytes} bytes`, {
        place: { file: formatEndpoint(endpoint) },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body in order. A connection that ends before the answer does is an error, never a short body. */
export async function* bodyOf(answer: IncomingMessage, endpoint: Endpoint): AsyncGenerator<Uint8Array> {
  try {
    yield* answer as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw connectionError(cause, endpoint);
  }
}

function connectionError(cause: unknown, endpoint: Endpoint): Error {
  const place = { file: formatEndpoint(endpoint) };
  if (cause instanceof AppError) return cause;
  // Whoever aborted knows why.
  if (cause instanceof Error && cause.name === 'AbortError') return cause;
  const found: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const code = typeof found === 'string' ? found : 'unknown cause';
  switch (code) {
    case 'ENOENT':
      return fail('DOCKER_NOT_RUNNING', 'there is no socket at this address', { place, cause });
    case 'ECONNREFUSED':
      return fail('DOCKER_NOT_RUNNING', 'nothing listens at this address', { place, cause });
    case 'EACCES':
    case 'EPERM':
      return fail('DOCKER_PERMISSION', 'the socket may not be opened by this user', { place, cause });
    case 'ECONNRESET':
      return fail('DOCKER_TORN', 'the connection ended before the answer did', { place, cause });
    default:
      if (code.startsWith('HPE_')) {
        return fail('DOCKER_ANSWER_INVALID', 'the answer is not HTTP', { place, cause });
      }
      return fail('DOCKER_NOT_RUNNING', `the engine cannot be reached (${code})`, {
        place,
        cause,
      });
  }
}
