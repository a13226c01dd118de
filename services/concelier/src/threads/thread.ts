import { Worker } from 'node:worker_threads';
import { errorOf, type ThreadAnswer } from './wire.ts';

/** A worker thread that answers questions in turn. Whoever starts one ends it. */
export class Thread<Question, Answer> implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<Answer>[] = [];
  readonly #signal: AbortSignal;
  #ended: Error | undefined;
  readonly #abort = (): void => void this.#worker.terminate();

  /**
   * @param body file with the thread's code
   * @param signal ends the thread; what was asked then fails
   */
  constructor(body: URL, data: unknown, signal: AbortSignal) {
    signal.throwIfAborted();
    this.#signal = signal;
    this.#worker = new Worker(body, { workerData: data, execArgv: [] });
    this.#worker.on('message', (answer: ThreadAnswer<Answer>) => {
      const asked = this.#waiting.shift();
      if (answer.ok) asked?.resolve(answer.value);
      else asked?.reject(errorOf(answer.fault));
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread ended', { cause: signal.reason })));
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Not `async`: that would give a second promise, whose failure nobody may be waiting for. */
  ask(question: Question): Promise<Answer> {
    const asked = Promise.withResolvers<Answer>();
    // Whoever asks ahead may have gone before the answer comes.
    asked.promise.catch(() => undefined);
    if (this.#ended === undefined) {
      this.#waiting.push(asked);
      this.#worker.postMessage(question, []);
    } else {
      asked.reject(this.#ended);
    }
    return asked.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    this.#ended ??= error instanceof Error ? error : new Error(String(error));
    for (const asked of this.#waiting.splice(0)) asked.reject(this.#ended);
  }
}
