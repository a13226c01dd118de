import { execFile } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { AppError } from '@stella-ops/engine-kernel';
import { DATABASE_ERRORS, fail } from '../errors.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { EngineSocket } from './engine-socket.ts';
import type { EngineStart, FromEngine, ToEngine } from './wire.ts';

// V8 replaces the code of WebAssembly by faster code and throws the earlier away, some 4 MB here. With several threads it now
// and then loses count of what it threw away, and aborts the process (Node issue 64500). So the earlier code stays.
setFlagsFromString('--no-wasm-code-gc');

interface Waiter {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  readonly waiting: Waiter[];
}

/**
 * Keeps one thread with the embedded PostgreSQL running, as a supervisor keeps a server: when the engine gives up (a
 * failed sync, a statement over its limit) everything in flight fails, and the next connection starts it again, which
 * replays the log. The directory stays locked over restarts.
 */
export class EngineProcess {
  readonly #directory: string | undefined;
  readonly #limitMs: number;
  readonly #lock: DirectoryLock | undefined;
  #thread: Thread | undefined;
  #isClosed = false;
  #wasStarted = false;
  #unlimited = 0;

  /**
   * @param limitMs longest time of one exchange; the engine cannot interrupt itself, so its thread is ended
   * @throws AppError `DATABASE_LOCKED`
   */
  constructor(directory: string | undefined, limitMs: number) {
    this.#directory = directory;
    this.#limitMs = limitMs;
    this.#lock = directory === undefined ? undefined : lockDirectory(directory);
  }

  /** A stream for a node-postgres client. The engine has one session, so there must be one client at a time. */
  socket(): EngineSocket {
    return new EngineSocket((bytes) => this.#exchange(bytes));
  }

  /**
   * Makes the cluster when there is none, and resolves when the engine answers.
   *
   * @throws AppError `DATABASE_DATA_UNUSABLE`, `DATABASE_UNAVAILABLE`
   */
  async ready(): Promise<void> {
    if (this.#directory !== undefined) {
      try {
        if (prepareDataDirectory(this.#directory)) await makeApart(this.#directory);
      } catch (error) {
        throw error instanceof AppError ? stoppedBecause(error, this.#directory) : error;
      }
    }
    await this.#running().ready;
  }

  /** Statements of `run` have no time limit (migrations). */
  async withoutLimit<T>(run: () => Promise<T>): Promise<T> {
    this.#unlimited++;
    try {
      return await run();
    } finally {
      this.#unlimited--;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#thread !== undefined) {
      const { worker, exited } = this.#thread;
      post(worker, { kind: 'close' });
      await exited;
    }
    this.#lock?.release();
  }

  #running(): Thread {
    // A database in memory ends with its thread; an empty one in its place would look like lost data.
    const isLost = this.#directory === undefined && this.#wasStarted && this.#thread === undefined;
    if (this.#isClosed || isLost) throw fail('DATABASE_UNAVAILABLE', 'the database is closed');
    this.#wasStarted = true;
    return (this.#thread ??= this.#start());
  }

  #start(): Thread {
    const worker = new Worker(new URL('engine-thread.ts', import.meta.url), {
      workerData: { directory: this.#directory } satisfies EngineStart,
      execArgv: [],
    });
    const waiting: Waiter[] = [];
    const ready = Promise.withResolvers<void>();
    const exited = Promise.withResolvers<void>();
    const end = (fault: AppError): void => {
      const error = stoppedBecause(fault, this.#directory);
      if (this.#thread?.worker === worker) this.#thread = undefined;
      ready.reject(error);
      for (const waiter of waiting.splice(0)) waiter.reject(error);
    };
    worker.on('message', (message: FromEngine) => {
      if (message.kind === 'ready') ready.resolve();
      else if (message.kind === 'bytes') waiting.shift()?.resolve(message.bytes);
      else end(fail(isOwnCode(message.code) ? message.code : 'DATABASE_UNAVAILABLE', message.reason));
    });
    worker.on('error', (cause) => end(fail('DATABASE_UNAVAILABLE', 'the embedded database failed', { cause })));
    worker.on('exit', () => {
      exited.resolve();
      end(fail('DATABASE_UNAVAILABLE', 'the embedded database ended'));
    });
    // Whoever exchanges bytes learns of the failure; nobody may be listening to `ready` itself.
    ready.promise.catch(() => undefined);
    return { worker, ready: ready.promise, exited: exited.promise, waiting };
  }

  async #exchange(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const thread = this.#running();
    await thread.ready;
    const answer = new Promise<Uint8Array>((resolve, reject) => thread.waiting.push({ resolve, reject }));
    post(thread.worker, { kind: 'bytes', bytes }, [bytes.buffer]);
    const timer = setTimeout(() => {
      if (this.#unlimited > 0) return;
      const error = fail('DATABASE_TIMEOUT', `a statement ran longer than ${this.#limitMs} ms`);
      for (const waiter of thread.waiting.splice(0)) waiter.reject(error);
      if (this.#thread === thread) this.#thread = undefined;
      void thread.worker.terminate();
    }, this.#limitMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A segment of the log: an engine that gets no room for one stops. */
const LEAST_FREE_BYTES = 16 * 1024 ** 2;

/** The engine only says that it stopped. When there is no room left, that is why, and the reader can do something. */
function stoppedBecause(fault: AppError, directory: string | undefined): AppError {
  if (fault.code !== 'DATABASE_UNAVAILABLE' || directory === undefined) return fault;
  const freeBytes = freeBytesOf(directory);
  if (freeBytes === undefined || freeBytes >= LEAST_FREE_BYTES) return fault;
  return fail('DATABASE_FULL', `the embedded database stopped, and its disk has ${freeBytes} bytes left`, {
    cause: fault,
  });
}

/** Undefined when the directory has gone: the reason is another one then. */
function freeBytesOf(directory: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

const MAKE_CLUSTER = fileURLToPath(new URL('make-cluster.ts', import.meta.url));

async function makeApart(directory: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [MAKE_CLUSTER, directory]);
  } catch (cause) {
    throw fail('DATABASE_UNAVAILABLE', 'the embedded database could not be made', { cause });
  }
}

function post(worker: Worker, message: ToEngine, transfer: readonly ArrayBuffer[] = []): void {
  worker.postMessage(message, transfer);
}

function isOwnCode(code: string): code is keyof typeof DATABASE_ERRORS {
  return Object.hasOwn(DATABASE_ERRORS, code);
}
