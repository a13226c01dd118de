import type { z } from 'zod';

export interface JobContext {
  readonly tenantId: string;
  /** The same for every attempt. */
  readonly jobId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Ends when the time is over, the process drains past its deadline, or another process has taken the job. */
  readonly signal: AbortSignal;
}

/**
 * A kind of work that is done later, at least once. `Data` holds ids and digests, never documents.
 */
export interface JobDefinition<Data> {
  /** `service.what-to-do`; also the queue's name. */
  readonly name: string;
  readonly schema: z.ZodType<Data>;
  /**
   * What makes two enqueuings the same piece of work. A tenant's job with a key that is still kept (waiting, running or
   * done within a week) is not enqueued again, so what may recur has its time or version in the key.
   */
  readonly key: (data: Data) => string;
  /** How often it is tried in all. */
  readonly attempts: number;
  /** Pause before the second attempt; it doubles, with some chance in it, up to the longest. */
  readonly backoff: { readonly firstSeconds: number; readonly longestSeconds: number };
  /** Then `signal` fires and the attempt has failed. Whole seconds, at least 1000. */
  readonly timeoutMs: number;
  /** How many run at once in one process; 1 unless told. */
  readonly concurrency?: number;
  run(data: Data, context: JobContext): Promise<void>;
}

/** Any definition, as lists hold them: what its data is, only it knows. */
export interface AnyJob {
  readonly name: string;
  readonly attempts: number;
  readonly backoff: JobDefinition<never>['backoff'];
  readonly timeoutMs: number;
  readonly concurrency: number;
  /** Parses what was stored and runs it. */
  runStored(stored: unknown, context: JobContext): Promise<void>;
}

export interface Job<Data> extends AnyJob {
  /** The data as it is stored, and its key. Throws what the schema finds wrong. */
  toStored(data: Data): { readonly data: Data; readonly key: string };
}

const NAME = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/;

/** A job from its definition. Mistakes in one are programmer errors and are thrown when the module loads. */
export function defineJob<Data>(definition: JobDefinition<Data>): Job<Data> {
  const { name, schema, key, attempts, backoff, timeoutMs, concurrency = 1 } = definition;
  if (!NAME.test(name)) throw new Error(`job name "${name}" is not service.what-to-do`);
  if (!Number.isInteger(attempts) || attempts < 1) throw new Error(`job ${name}: attempts must be 1 or more`);
  if (timeoutMs < 1000 || timeoutMs % 1000 !== 0) throw new Error(`job ${name}: timeoutMs must be whole seconds`);
  return {
    name,
    attempts,
    backoff,
    timeoutMs,
    concurrency,
    toStored: (data) => {
      const parsed = schema.parse(data);
      return { data: parsed, key: key(parsed) };
    },
    runStored: (stored, context) => definition.run(schema.parse(stored), context),
  };
}
