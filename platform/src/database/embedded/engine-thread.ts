import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '@stella-ops/engine-kernel';
import { openEngine } from './engine.ts';
import type { EngineStart, FromEngine, ToEngine } from './wire.ts';

// The body of the worker thread. PostgreSQL in WASM runs to completion on the thread that calls it; here it blocks nobody.
if (parentPort === null) throw new Error('this file is the body of a worker thread');
const port = parentPort;
const post = (message: FromEngine, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

/** The first byte of a startup packet: its length is below 2^24, and no other message begins with 0. */
const STARTUP = 0;

function giveUp(error: unknown): void {
  const code = error instanceof AppError ? error.code : 'DATABASE_UNAVAILABLE';
  post({ kind: 'failed', code, reason: error instanceof Error ? error.message : String(error) });
  port.close();
}

try {
  let aborted: string | undefined;
  const { directory } = workerData as EngineStart;
  const engine = await openEngine(directory, (reason) => (aborted = reason));
  let last = Promise.resolve();

  const exchange = async (bytes: Uint8Array): Promise<void> => {
    // A new connection on the one session: whatever the one before left open goes.
    if (bytes[0] === STARTUP) {
      if (engine.isInTransaction()) await engine.exec('rollback');
      await engine.exec('discard all');
    }
    const { data } = await engine.execProtocol(bytes, { throwOnError: false, syncToFs: false });
    // Nothing the engine says after an abort can be trusted, a commit least of all.
    if (aborted !== undefined) throw new Error(`the embedded database stopped: ${aborted}`);
    const answer = new Uint8Array(data);
    post({ kind: 'bytes', bytes: answer }, [answer.buffer]);
  };

  port.on('message', (message: ToEngine) => {
    last = last
      .then(async () => {
        if (message.kind === 'bytes') return exchange(message.bytes);
        port.close();
        return engine.close();
      })
      .catch(giveUp);
  });
  post({ kind: 'ready' });
} catch (error) {
  giveUp(error);
}
