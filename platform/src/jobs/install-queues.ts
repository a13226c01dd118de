import { sql } from 'kysely';
import { PgBoss } from 'pg-boss';
import { type Database, ROLES } from '../database/index.ts';
import { bossDatabase } from './boss-database.ts';
import type { AnyJob } from './job.ts';

export const JOBS_SCHEMA = 'jobs';

/** A job whose process died is noticed by the missing heartbeat; short ones run out of time before that. */
const HEARTBEAT_SECONDS = 30;

/**
 * Makes or upgrades the library's schema as its owner, one queue for each job, and the grants: services add jobs in their
 * own transactions and see nothing of them but ids; the relay role does all else.
 */
export async function installQueues(
  database: Database,
  jobs: readonly AnyJob[],
  onError: (error: unknown) => void,
): Promise<void> {
  const boss = new PgBoss({
    db: bossDatabase(database, 'owner'),
    schema: JOBS_SCHEMA,
    backend: database.engine === 'embedded' ? 'pglite' : 'postgres',
    supervise: false,
    schedule: false,
  });
  boss.on('error', onError);
  await startAmongOthers(boss);
  try {
    const existing = new Set((await boss.getQueues()).map((queue) => queue.name));
    for (const job of jobs) {
      const options = {
        retryLimit: job.attempts - 1,
        retryDelay: job.backoff.firstSeconds,
        retryBackoff: true,
        retryDelayMax: job.backoff.longestSeconds,
        expireInSeconds: job.timeoutMs / 1000,
        notify: true,
        ...(job.timeoutMs > HEARTBEAT_SECONDS * 1000 ? { heartbeatSeconds: HEARTBEAT_SECONDS } : {}),
      };
      if (existing.has(job.name)) await boss.updateQueue(job.name, options);
      else await boss.createQueue(job.name, options);
    }
  } finally {
    await boss.stop({ graceful: false, close: false });
  }
  await database.withOwner(async (tx) => {
    // Two grants on one table at once fail: processes that start together take turns.
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx);
    await sql
      .raw(
        `grant usage on schema ${JOBS_SCHEMA} to ${ROLES.app}, ${ROLES.relay};
         grant all on all tables in schema ${JOBS_SCHEMA} to ${ROLES.relay};
         grant execute on all functions in schema ${JOBS_SCHEMA} to ${ROLES.app}, ${ROLES.relay};
         grant select on ${JOBS_SCHEMA}.queue to ${ROLES.app};
         grant insert, select (id, name, start_after) on ${JOBS_SCHEMA}.job, ${JOBS_SCHEMA}.job_common to ${ROLES.app}`,
      )
      .execute(tx);
  });
}

// Any number that no other lock of the product uses.
const LOCK = 0x5e11b;

/** unique_violation: of two processes that make the schema at once one fails, and finds it there when it looks again. */
const MADE_MEANWHILE = '23505';

async function startAmongOthers(boss: PgBoss): Promise<void> {
  try {
    await boss.start();
  } catch (error) {
    if ((error as { code?: unknown }).code !== MADE_MEANWHILE) throw error;
    await boss.start();
  }
}
