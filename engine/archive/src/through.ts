import type { Transform } from 'node:stream';

/**
 * Sends a source through a stream engine (a compressor or decompressor) and yields what comes out. The source is asked
 * for a chunk only when the engine is done with the one before, so it may use its buffer again; a chunk that came out
 * belongs to the caller. Stopping early closes the source. Errors of the source and of the engine are thrown as they are.
 */
export async function* through(source: AsyncIterable<Uint8Array>, engine: Transform): AsyncGenerator<Buffer> {
  const feeding = feed(source, engine);
  // Awaited below; until then a failure must not count as unhandled.
  feeding.catch(() => undefined);
  for await (const chunk of engine) yield chunk as Buffer;
  await feeding;
}

async function feed(source: AsyncIterable<Uint8Array>, engine: Transform): Promise<void> {
  const closed = new Promise<never>((_, reject) => {
    // An engine that has seen the end of its data never answers for what follows; it just closes.
    engine.once('close', () => {
      reject(Object.assign(new Error('the engine takes no more data'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }));
    });
  });
  closed.catch(() => undefined);
  try {
    for await (const chunk of source) await Promise.race([write(engine, chunk), closed]);
    engine.end();
  } catch (error) {
    engine.destroy(error as Error);
    throw error;
  }
}

function write(engine: Transform, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    engine.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
