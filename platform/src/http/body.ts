import { type ByteStream, fail, isSchema, type Route } from '@stella-ops/contracts';
import { decodeUtf8, lineAndColumn, parseJson } from '@stella-ops/engine-kernel';
import { guardedBytes } from './guarded-bytes.ts';
import { findJsonTrap } from './inspect-json.ts';

const MAX_JSON_BYTES = 1024 * 1024;
const MAX_STREAM_BYTES = 1024 * 1024 * 1024;
const MAX_DEPTH = 64;
const FILE = 'request body';

export interface ReceivedBody {
  /** `undefined` when the request has none. */
  readonly content: AsyncIterable<Uint8Array> | undefined;
  header(name: string): string | undefined;
}

export interface BodyTimes {
  /** A JSON body must be there by then. */
  readonly jsonTimeoutMs: number;
  /** A byte stream must not pause for longer. */
  readonly stallTimeoutMs: number;
}

export interface ReadBody {
  /** JSON value, byte stream, or undefined. */
  readonly value: unknown;
  /** Text of a JSON body, for fingerprints. */
  readonly text: string;
}

/**
 * Reads the body as the route declares it. The route alone decides how: a `Content-Type` can make the request fail, but
 * never choose another parser or schema.
 *
 * @throws AppError `BODY_UNEXPECTED`, `MEDIA_TYPE_UNSUPPORTED`, `BODY_TOO_LARGE`, `BODY_TOO_SLOW`,
 *   `BODY_DUPLICATE_MEMBER`, `REQUEST_INVALID`, and the kernel's for text that is no JSON
 */
export async function readBody(route: Route, received: ReceivedBody, times: BodyTimes): Promise<ReadBody> {
  const declared = route.body;
  if (declared === undefined) {
    if (received.content !== undefined) throw fail('BODY_UNEXPECTED', 'this route takes no body');
    return { value: undefined, text: '' };
  }
  const isJson = isSchema(declared);
  const mediaTypes = isJson ? ['application/json'] : declared.mediaTypes;
  const contentType = checkHeaders(received, mediaTypes);
  const maxBytes = route.maxBodyBytes ?? (isJson ? MAX_JSON_BYTES : MAX_STREAM_BYTES);
  // The announced length spares the reading; the count while reading is what is relied on.
  if (Number(received.header('content-length') ?? 0) > maxBytes) {
    throw fail('BODY_TOO_LARGE', `the body is over ${maxBytes} bytes`);
  }
  const content = received.content ?? nothing();
  if (!isJson) {
    const limits = { maxBytes, timeoutMs: times.stallTimeoutMs, restartsWithEachChunk: true };
    const stream: ByteStream = { contentType, content: guardedBytes(content, limits) };
    return { value: stream, text: '' };
  }
  const chunks: Uint8Array[] = [];
  const limits = { maxBytes, timeoutMs: times.jsonTimeoutMs, restartsWithEachChunk: false };
  for await (const chunk of guardedBytes(content, limits)) chunks.push(chunk);
  return parseBody(Buffer.concat(chunks));
}

function checkHeaders(received: ReceivedBody, mediaTypes: readonly string[]): string {
  const sent = received.header('content-type') ?? '';
  const [type = '', ...parameters] = sent.split(';').map((part) => part.trim().toLowerCase());
  const isKnown = mediaTypes.includes(type) && parameters.every((one) => /^charset="?utf-8"?$/.test(one));
  if (!isKnown) {
    throw fail('MEDIA_TYPE_UNSUPPORTED', `the body must be ${mediaTypes.join(' or ')}, not "${sent.slice(0, 100)}"`);
  }
  const encoding = received.header('content-encoding');
  if (encoding !== undefined && encoding !== 'identity') {
    throw fail('MEDIA_TYPE_UNSUPPORTED', 'compressed bodies are not taken');
  }
  return type;
}

function parseBody(bytes: Buffer): ReadBody {
  const text = decodeUtf8(bytes, 'the request body');
  const value = parseJson(text, FILE, { maxDepth: MAX_DEPTH });
  const trap = findJsonTrap(text);
  if (trap === undefined) return { value, text };
  throw fail(trap.isDuplicate ? 'BODY_DUPLICATE_MEMBER' : 'REQUEST_INVALID', trap.message, {
    place: lineAndColumn(text, trap.offset, FILE),
  });
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
