import type { Transaction } from 'kysely';
import { fromKysely, type JobWithMetadata, PgBoss } from 'pg-boss';
import type { Database } from '../database/index.ts';
import { bossDatabase } from './boss-database.ts';
import { installQueues, JOBS_SCHEMA } from './install-queues.ts';
import { jobId } from './job-id.ts';
import type { AnyJob, Job } from './job.ts';

export interface JobsOptions {
  readonly database: Database;
  /** All jobs of the product, also those that this process does not run: who enqueues needs their queues. */
  readonly jobs: readonly AnyJob[];
  /** Gets each failed attempt and each fault of the queue itself. */
  readonly onError: (error: unknown, jobName?: string) => void;
}

export interface EnqueueOptions {
  /** RFC 3339; at once when left out. */
  readonly startAfter?: string;
}

export interface Jobs {
  /**
   * Adds a job in the caller's transaction: it exists when that commits.
   *
   * @returns the job's id, and whether it is new or was enqueued before under the same key
   */
  enqueue<Data, Tables>(
    tx: Transaction<Tables>,
    job: Job<Data>,
    tenantId: string,
    data: Data,
    options?: EnqueueOptions,
  ): Promise<{ readonly jobId: string; readonly isNew: boolean }>;

  /** Begins to run these jobs here. A committed job starts at once, by notification; polling is the safety net. */
  work(jobs: readonly AnyJob[]): Promise<void>;

  /** Takes no new jobs, lets running ones end until the deadline, then aborts them; their next attempt is elsewhere. */
  drain(deadlineMs: number): Promise<void>;
}

interface Stored {
  readonly tenantId: string;
  readonly data: unknown;
}

const POLL_SECONDS = 2;
/** Notifications tell of new jobs; a second attempt or a later start is found by polling only. */
const POLL_WITH_NOTIFY_SECONDS = 5;

/** Prepares the queues and returns the port through which jobs are added and run. */
export async function openJobs({ database, jobs, onError }: JobsOptions): Promise<Jobs> {
  await installQueues(database, jobs, onError);
  // The embedded engine lets one process in: what was running when the last one ended, nobody runs any more.
  if (database.engine === 'embedded') await takeBackJobs(database);
  const boss = new PgBoss({
    db: bossDatabase(database, 'relay'),
    schema: JOBS_SCHEMA,
    backend: database.engine === 'embedded' ? 'pglite' : 'postgres',
    useListenNotify: true,
    migrate: false,
    createSchema: false,
    // To rebuild an index takes its owner, and this runs as another role.
    reindex: false,
  });
  boss.on('error', (error) => onError(error));
  await boss.start();

  /** One worker. By itself it would sleep until the next poll after each job; so it is told to look for the next at once. */
  const startWorker = async (job: AnyJob): Promise<void> => {
    // It fetches before its name is known here, but has to wait for the database meanwhile.
    const worker: string = await boss.work<Stored, void, { includeMetadata: true }>(
      job.name,
      {
        includeMetadata: true,
        pollingIntervalSeconds: POLL_SECONDS,
        notifyPollingIntervalSeconds: POLL_WITH_NOTIFY_SECONDS,
      } as { includeMetadata: true },
      async (batch: readonly JobWithMetadata<Stored>[]) => {
        boss.notifyWorker(worker);
        for (const { id, data, retryCount, signal } of batch) {
          try {
            await job.runStored(data.data, { tenantId: data.tenantId, jobId: id, attempt: retryCount + 1, signal });
          } catch (error) {
            onError(error, job.name);
            throw error;
          }
        }
      },
    );
  };

  return {
    enqueue: async (tx, job, tenantId, data, options = {}) => {
      const stored = job.toStored(data);
      const id = jobId(job.name, tenantId, stored.key);
      const added = await boss.send(job.name, { tenantId, data: stored.data } satisfies Stored, {
        id,
        db: fromKysely(tx),
        ...(options.startAfter === undefined ? {} : { startAfter: options.startAfter }),
      });
      return { jobId: id, isNew: added !== null };
    },
    work: async (list) => {
      for (const job of list) {
        for (let n = 0; n < job.concurrency; n++) await startWorker(job);
      }
    },
    drain: (deadlineMs) => boss.stop({ graceful: true, timeout: deadlineMs, close: false }),
  };
}

/**
 * Hands jobs of a process that is gone to this one at once; elsewhere a missing heartbeat shows that, after half a minute.
 * A job that has used up its attempts, perhaps by ending the process each time, has failed.
 */
async function takeBackJobs(database: Database): Promise<void> {
  await database.runStatement(
    'relay',
    `update ${JOBS_SCHEMA}.job
     set state = (case when retry_count < retry_limit then 'retry' else 'failed' end)::${JOBS_SCHEMA}.job_state,
         completed_on = case when retry_count < retry_limit then null else now() end
     where state = 'active'`,
  );
}
