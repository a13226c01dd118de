import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@stella-ops/engine-kernel';
import { parseTilePath } from '@stella-ops/engine-tlog';
import type { Mount } from '@stella-ops/platform/http';
import type { Logger } from '@stella-ops/platform/runtime';
import type { LogReader } from '../log/log-reader.ts';
import { Turnstile } from './turnstile.ts';

/** Address of the log. */
export const LOG_PREFIX = '/log';
/** What a tile holds never changes, not even in a partial one: more entries make another address. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const BRIEFLY = 'public, max-age=1';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const text = (status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: Buffer.from(`${sentence}\n`),
  headers,
});

/**
 * The log for everybody, as C2SP tlog-tiles: `/log/checkpoint` and `/log/tile/…`. Nobody has to say who he is: a monitor that
 * the operator does not know of is the one that counts. Requests of strangers cost a query each, so few run at once.
 */
export function logMount(reader: LogReader, logger: Logger): Mount {
  const turnstile = new Turnstile({ atOnce: 4, waiting: 200 });
  return {
    prefix: LOG_PREFIX,
    handle(request, response) {
      respond(request, response, () => turnstile.run(() => answer(request, reader))).catch((error: unknown) => {
        logger.error('A reader of the log got no answer', { error });
        response.destroy();
      });
    },
  };
}

async function answer(request: IncomingMessage, reader: LogReader): Promise<Answer> {
  const path = (request.url ?? '').slice(LOG_PREFIX.length + 1);
  if (path === 'checkpoint') {
    const body = Buffer.from(await reader.checkpoint());
    return { status: 200, type: 'text/plain; charset=utf-8', body, headers: { 'cache-control': BRIEFLY } };
  }
  const tile = parseTilePath(path);
  const body = tile && (await reader.tile(tile));
  if (body === undefined) return text(404, 'There is no such tile.');
  return { status: 200, type: 'application/octet-stream', body, headers: { 'cache-control': FOR_EVER } };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  work: () => Promise<Answer | undefined>,
): Promise<void> {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const found = isRead ? await work().catch(refusal) : text(405, 'The log is read here.', { allow: 'GET, HEAD' });
  const { status, type, body, headers } = found ?? text(503, 'Too many readers at once.', { 'retry-after': '1' });
  response.writeHead(status, {
    'content-type': type,
    'content-length': String(body.length),
    'x-content-type-options': 'nosniff',
    // Whoever reads the log from a page of his own may.
    'access-control-allow-origin': '*',
    ...(status === 200 ? {} : { 'cache-control': 'no-store' }),
    // A body that nobody reads would be taken for the next request.
    ...(isRead ? {} : { connection: 'close' }),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function refusal(error: unknown): Answer {
  if (error instanceof AppError && error.status === 503) {
    return text(503, `${error.code}: the log cannot be read now.`, { 'retry-after': '5' });
  }
  throw error;
}
