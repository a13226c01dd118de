import { digestFrom, newHash } from '@stella-ops/engine-kernel';
import { assertSize, digestMismatch } from './image-store.ts';
import type { Descriptor } from './types.ts';

/**
 * Passes a blob on while hashing it. The last chunk is held back until size and digest are right, so that whoever
 * writes the stream never has a whole wrong blob in hand.
 *
 * @throws AppError `OCI_SIZE_MISMATCH`, `OCI_DIGEST_MISMATCH`
 */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  descriptor: Descriptor,
  file: string,
): AsyncGenerator<Uint8Array> {
  const hash = newHash();
  let size = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    if (chunk.length === 0) continue;
    size += chunk.length;
    if (size > descriptor.size) assertSize(size, descriptor, file);
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  assertSize(size, descriptor, file);
  const found = digestFrom(hash);
  if (found !== descriptor.digest) throw digestMismatch(found, descriptor, file);
  if (held !== undefined) yield held;
}
