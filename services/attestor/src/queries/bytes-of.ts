import type { ByteStream } from '@stella-ops/contracts';

/** An answer of bytes that are at hand. */
export function bytesOf(contentType: string, bytes: Buffer): ByteStream {
  return { contentType, content: once(bytes) };
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
