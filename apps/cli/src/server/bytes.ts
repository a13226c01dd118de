import type { ByteStream } from '@stella-ops/contracts';
import type { Context } from '../context.ts';
import { readInput } from '../input.ts';

const MOST = 256 * 1024 ** 2;

/** A file (or `-`, standard input) as a request body. */
export async function fileBody(path: string, contentType: string, context: Context): Promise<ByteStream> {
  const content = await readInput(path, context, MOST);
  return { contentType, content: one(content) };
}

/** The whole of a download. */
export async function collect({ content }: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(bytes);
}
