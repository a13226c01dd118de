import { sql, type Transaction } from 'kysely';
import type { Database } from '../database/index.ts';
import { JOBS_SCHEMA } from '../jobs/install-queues.ts';
import { createMetrics, type MetricCatalogue } from '../runtime/index.ts';

export const BACKLOG_METRICS = {
  jobsWaiting: {
    name: 'jobs_waiting',
    type: 'gauge',
    help: 'Jobs whose time has come and that no process runs yet, of the whole installation',
    labels: [],
  },
  jobsWaitingSeconds: {
    name: 'jobs_waiting_seconds',
    type: 'gauge',
    help: 'How long the job has waited that has waited longest, of the whole installation',
    labels: [],
  },
  eventsWaitingSeconds: {
    name: 'events_waiting_seconds',
    type: 'gauge',
    help: 'Age of the oldest event in the outbox that no relay has taken up',
    labels: [],
  },
  eventsBehind: {
    name: 'events_behind',
    type: 'gauge',
    help: 'Events that a consumer has still to take up, by consumer',
    labels: ['consumer'],
  },
  eventsParked: {
    name: 'events_parked',
    type: 'gauge',
    help: 'Events that failed for good and wait for an administrator, by consumer',
    labels: ['consumer'],
  },
  eventsHeld: {
    name: 'events_held',
    type: 'gauge',
    help: 'Events that wait behind one of the same tenant that failed, by consumer',
    labels: ['consumer'],
  },
} as const satisfies MetricCatalogue;

/** What waits in the database, read when it is asked for. Every process of an installation tells the same. */
export function backlogMetrics(database: Database): {
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
} {
  const metrics = createMetrics(BACKLOG_METRICS, { withProcessMetrics: false });
  const { record } = metrics;
  return {
    render: async () => {
      const { jobs, events, consumers } = await database.withRelay(readBacklog, { isReadOnly: true });
      record.jobsWaiting(Number(jobs.count), {});
      record.jobsWaitingSeconds(jobs.seconds, {});
      record.eventsWaitingSeconds(events.seconds, {});
      for (const { name, behind, parked, held } of consumers) {
        record.eventsBehind(Number(behind), { consumer: name });
        record.eventsParked(Number(parked), { consumer: name });
        record.eventsHeld(Number(held), { consumer: name });
      }
      return metrics.render();
    },
  };
}

async function readBacklog(tx: Transaction<unknown>) {
  // A job that is to start later does not wait before that; the clock is the one by which jobs are fetched.
  const jobs = await sql<{ count: bigint; seconds: number }>`
    select count(*) as count, coalesce(extract(epoch from now() - min(start_after)), 0)::float8 as seconds
    from ${sql.id(JOBS_SCHEMA, 'job')} where state < 'active' and start_after <= now()`.execute(tx);
  const events = await sql<{ seconds: number }>`
    select coalesce(greatest(extract(epoch from now() - min(occurred_at)), 0), 0)::float8 as seconds
    from events.outbox where position is null`.execute(tx);
  const consumers = await sql<{ name: string; behind: bigint; parked: bigint; held: bigint }>`
    select c.name, greatest(s.last_position - c.position, 0) as behind,
           count(p.state) filter (where p.state = 'parked') as parked, count(p.state) filter (where p.state = 'held') as held
    from events.consumer c cross join events.state s left join events.parked p on p.consumer = c.name
    group by c.name, c.position, s.last_position order by c.name`.execute(tx);
  return {
    jobs: jobs.rows[0] ?? { count: 0n, seconds: 0 },
    events: events.rows[0] ?? { seconds: 0 },
    consumers: consumers.rows,
  };
}
