import { Worker } from 'node:worker_threads';
import { documentDraft, type DraftReading } from './document-draft.ts';

/** Reading this much takes some ten milliseconds, starting a thread takes longer. */
const MAX_BYTES_HERE = 256 * 1024;

/** As {@link documentDraft}; a large document is read on another thread, so that nobody waits for it. */
export async function readDocument(bytes: Uint8Array, signal: AbortSignal): Promise<DraftReading> {
  if (bytes.length <= MAX_BYTES_HERE) return documentDraft(bytes);
  signal.throwIfAborted();
  const worker = new Worker(new URL('draft-thread.ts', import.meta.url), { workerData: bytes, execArgv: [] });
  const read = Promise.withResolvers<DraftReading>();
  worker.on('message', (reading: DraftReading) => read.resolve(reading));
  worker.on('error', (error) => read.reject(error));
  worker.on('exit', () => read.reject(new Error('the reading thread ended')));
  const abort = (): void => void worker.terminate();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await read.promise;
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
