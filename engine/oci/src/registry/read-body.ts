import { fail } from '../errors.ts';
import { connectionError, type HttpResponse, shownUrl } from './exchange.ts';

/** The whole body. @throws AppError `OCI_TOO_LARGE`, `REGISTRY_UNREACHABLE` when it breaks off */
export async function readBody(response: HttpResponse, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of streamBody(response)) {
    size += chunk.length;
    if (size > maxBytes) {
      throw fail('OCI_TOO_LARGE', `the answer is over the limit of ${maxBytes} bytes`, {
        place: { file: shownUrl(response.url) },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body in order; a connection that ends before the answer does is an error, never a short body. */
export async function* streamBody(response: HttpResponse): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw connectionError(cause, { file: shownUrl(response.url) });
  }
}

/** Gives the connection back when little is left to read, else drops it. */
export function discard(response: HttpResponse): void {
  const length = Number(response.headers['content-length'] ?? Infinity);
  if (length <= 64 * 1024) response.body.resume();
  else response.body.destroy();
}
