import { type RecordBatch, recordBatches } from '../domain/record-batches.ts';
import { Thread } from './thread.ts';

/** Below this a thread takes longer to start than the reading takes. */
const MAX_BYTES_HERE = 128 * 1024;

/**
 * As {@link recordBatches}, on another thread when there is much to read. One batch is read ahead while the caller works
 * on the one before.
 */
export async function* readInThread(path: string, sizeBytes: number, signal: AbortSignal): AsyncGenerator<RecordBatch> {
  // Compressed sources can hold far more than their size.
  if (sizeBytes <= MAX_BYTES_HERE && path.endsWith('.json')) {
    yield* recordBatches(path);
    return;
  }
  await using thread = new Thread<'next', RecordBatch | null>(
    new URL('read-thread.ts', import.meta.url),
    { path },
    signal,
  );
  let ahead = thread.ask('next');
  for (;;) {
    const batch = await ahead;
    if (batch === null) return;
    ahead = thread.ask('next');
    yield batch;
  }
}
