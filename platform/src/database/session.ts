import type pg from 'pg';

/** Session settings that make both engines answer alike. */
export function sessionSettings(statementTimeoutMs: number): string {
  return [
    `set time zone 'UTC'`,
    `set datestyle to 'ISO, YMD'`,
    `set intervalstyle to 'iso_8601'`,
    `set search_path to ''`,
    `set statement_timeout to ${Math.trunc(statementTimeoutMs)}`,
    `set idle_in_transaction_session_timeout to ${Math.trunc(statementTimeoutMs) * 2}`,
  ].join('; ');
}

/** The pool waits for the promise of `onConnect`; its published type says `void`. */
export function onConnect(prepare: (client: pg.ClientBase) => Promise<void>): object {
  return { onConnect: prepare };
}

/**
 * A connection that breaks fails its statement and leaves the pool; as an `error` event that nobody hears it would also
 * end the process, idle or checked out.
 */
export function tolerateBrokenClients(pool: pg.Pool): void {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
}
