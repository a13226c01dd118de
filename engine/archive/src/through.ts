import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Sends a source through a stream engine (a compressor or decompressor) and yields what comes out. Stopping early
 * closes the source. Errors of the source and of the engine are thrown as they are.
 */
export async function* through(source: AsyncIterable<Uint8Array>, engine: Transform): AsyncGenerator<Buffer> {
  const feeding = pipeline(source, engine);
  // Awaited below; until then a failure must not count as unhandled.
  feeding.catch(() => undefined);
  for await (const chunk of engine) yield chunk as Buffer;
  await feeding;
}
