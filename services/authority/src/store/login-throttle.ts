import { sql, type Transaction } from 'kysely';

type Tx = Transaction<unknown>;

export interface ThrottleRow {
  readonly key: string;
  readonly failures: number;
  readonly lastFailedAt: string;
  readonly blockedUntil: string;
}

/** All of these run as the relay role. Rows are locked in one order, whoever comes. */
export async function lockThrottle(tx: Tx, keys: readonly string[]): Promise<ReadonlyMap<string, ThrottleRow>> {
  const { rows } = await sql<ThrottleRow>`
    select key, failures, last_failed_at as "lastFailedAt", blocked_until as "blockedUntil"
    from authority.login_throttle where key = any (${[...keys]}::text[]) order by key for update`.execute(tx);
  return new Map(rows.map((row) => [row.key, row]));
}

export async function putThrottle(tx: Tx, row: ThrottleRow): Promise<void> {
  await sql`
    insert into authority.login_throttle (key, failures, last_failed_at, blocked_until)
    values (${row.key}, ${row.failures}, ${row.lastFailedAt}, ${row.blockedUntil})
    on conflict (key) do update
    set failures = greatest(excluded.failures, login_throttle.failures + 1), last_failed_at = excluded.last_failed_at,
        blocked_until = greatest(excluded.blocked_until, login_throttle.blocked_until)`.execute(tx);
}

export async function clearThrottle(tx: Tx, keys: readonly string[]): Promise<void> {
  await sql`delete from authority.login_throttle where key = any (${[...keys]}::text[])`.execute(tx);
}

export async function sweepThrottle(tx: Tx, before: string): Promise<void> {
  await sql`delete from authority.login_throttle where last_failed_at < ${before}`.execute(tx);
}
