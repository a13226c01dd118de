import { Worker } from 'node:worker_threads';
import { AppError } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { type TaskAnswer, type TaskName, type Tasks, TASKS } from './tasks.ts';

/** Below this a document is read at once: to start a thread takes longer. */
const INLINE_BYTES = 128 * 1024;
/** Threads at a time; each may hold a document fifty times its size. */
const THREADS = 2;
const HEAP_MIB = 2048;

export interface Documents {
  /**
   * Runs work on a document: a large one in a thread of its own, so that requests beside it are answered meanwhile, and
   * one that takes all the memory it may have ends its thread and not the process.
   *
   * @throws AppError of the task; `BODY_TOO_LARGE` when the document needs too much memory
   */
  run<N extends TaskName>(task: N, input: Parameters<Tasks[N]>[0], sizeBytes: number): Promise<ReturnType<Tasks[N]>>;
  /** Ends threads that still run; what waits for them fails. */
  close(): Promise<void>;
}

export function createDocuments(): Documents {
  const workers = new Set<Worker>();
  const queue: (() => void)[] = [];
  let running = 0;

  const turn = async (): Promise<void> => {
    if (running < THREADS) running++;
    else await new Promise<void>((resolve) => queue.push(resolve));
  };
  const leave = (): void => {
    const next = queue.shift();
    if (next === undefined) running--;
    else next();
  };

  async function inThread(task: TaskName, input: unknown): Promise<unknown> {
    const worker = new Worker(new URL('document-thread.ts', import.meta.url), {
      workerData: { task, input },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    workers.add(worker);
    try {
      const answer = await new Promise<TaskAnswer>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error('the thread ended without an answer')));
      });
      if (answer.kind === 'done') return answer.output;
      const { code, row, message, place, details } = answer;
      throw new AppError(code, row, message, { details, ...(place === undefined ? {} : { place }) });
    } catch (error) {
      const isTooMuch = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      throw isTooMuch ? fail('BODY_TOO_LARGE', 'the document needs too much memory', { cause: error }) : error;
    } finally {
      workers.delete(worker);
      await worker.terminate();
    }
  }

  return {
    run: async (task, input, sizeBytes) => {
      type Output = ReturnType<Tasks[typeof task]>;
      if (sizeBytes <= INLINE_BYTES) return TASKS[task](input as never) as Output;
      await turn();
      try {
        return (await inThread(task, input)) as Output;
      } finally {
        leave();
      }
    },
    close: async () => {
      await Promise.all([...workers].map((worker) => worker.terminate()));
    },
  };
}
