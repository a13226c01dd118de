import { Worker } from 'node:worker_threads';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { fail } from '../errors.ts';
import type {
  DecisionOrder,
  FlatError,
  JudgeAnswer,
  JudgedDecision,
  JudgeRequest,
  LocalFile,
  PackSummary,
  VexWanted,
} from './orders.ts';

export interface JudgeOptions {
  readonly timeoutMs: number;
  readonly openIndexes: number;
}

/** The judging thread, as the service sees it. */
export interface Judge {
  /**
   * @param vexFiles finds the documents that the thread does not have at hand
   * @throws AppError `EVIDENCE_UNREADABLE`, `JUDGE_STOPPED`
   */
  decide(
    order: Omit<DecisionOrder, 'vexFiles'>,
    vexFiles: (digests: VexWanted['digests']) => Promise<readonly LocalFile[]>,
  ): Promise<JudgedDecision>;
  /** @throws AppError `PACK_INVALID` with place and violations, `JUDGE_STOPPED` */
  readPack(bytes: Uint8Array): Promise<PackSummary>;
  close(): Promise<void>;
}

interface Waiting {
  readonly settle: (answer: JudgeAnswer) => void;
  readonly abandon: (reason: AppError) => void;
}

/** Starts no thread before there is something to judge; one that is too slow or dies is replaced at the next question. */
export function startJudge(options: JudgeOptions): Judge {
  let worker: Worker | undefined;
  let waiting: Waiting | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const stop = (reason: string): Promise<number> | undefined => {
    const stopped = worker;
    worker = undefined;
    waiting?.abandon(fail('JUDGE_STOPPED', reason));
    return stopped?.terminate();
  };

  const started = (): Worker => {
    const thread = new Worker(new URL('judge-thread.ts', import.meta.url), {
      workerData: { openIndexes: options.openIndexes },
      execArgv: [],
    });
    thread.unref();
    // What a thread that was given up still says is the answer to nobody's question.
    thread.on('message', (answer: JudgeAnswer) => {
      if (worker === thread) waiting?.settle(answer);
    });
    const ended = (reason: string): void => {
      if (worker === thread) void stop(reason);
    };
    thread.on('error', (error) => ended(`the judging thread failed: ${error.message}`));
    thread.on('exit', () => ended('the judging thread ended'));
    return thread;
  };

  const ask = async (request: JudgeRequest): Promise<JudgeAnswer> => {
    if (isClosed) throw fail('JUDGE_STOPPED', 'the service stops');
    const answer = Promise.withResolvers<JudgeAnswer>();
    waiting = { settle: answer.resolve, abandon: answer.reject };
    worker ??= started();
    const { timeoutMs } = options;
    const timer = setTimeout(() => void stop(`no decision within ${timeoutMs} ms`), timeoutMs);
    try {
      worker.postMessage(request, []);
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      waiting = undefined;
    }
  };

  /** One question at a time, so that a deadline counts the work and not the queue before it. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run, run);
    last = turn.catch(() => undefined);
    return turn;
  };

  const decided = async (order: DecisionOrder): Promise<JudgedDecision | VexWanted> => {
    const answer = await ask({ kind: 'decide', order });
    if (!answer.ok) throw unreadable(answer.error);
    return answer.value as JudgedDecision | VexWanted;
  };

  return {
    decide: (order, vexFiles) =>
      inTurn(async () => {
        const first = await decided({ ...order, vexFiles: [] });
        if (first.kind === 'judged') return first;
        const second = await decided({ ...order, vexFiles: await vexFiles(first.digests) });
        if (second.kind === 'judged') return second;
        // More documents than the thread keeps: give it all of them at once.
        const third = await decided({ ...order, vexFiles: await vexFiles(order.vex) });
        if (third.kind === 'judged') return third;
        throw fail('EVIDENCE_UNREADABLE', `VEX document ${third.digests[0]} is not at hand`);
      }),
    readPack: (bytes) =>
      inTurn(async () => {
        const answer = await ask({ kind: 'read-pack', bytes });
        if (answer.ok) return answer.value as PackSummary;
        const { code, message, hint, place, violations } = answer.error;
        if (code !== 'POLICY_INVALID') throw unreadable(answer.error);
        throw fail('PACK_INVALID', message, {
          hint,
          details: { violations },
          ...(place === undefined ? {} : { place }),
        });
      }),
    close: async () => {
      isClosed = true;
      await stop('the service stops');
    },
  };
}

function unreadable({ code, message }: FlatError): AppError {
  return fail('EVIDENCE_UNREADABLE', `${code}: ${message}`);
}
