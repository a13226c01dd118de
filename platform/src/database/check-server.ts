import type pg from 'pg';
import { fail } from './errors.ts';

const OLDEST = 15;

/**
 * Refuses servers on which the product would be wrong or lose data.
 *
 * @returns the server's major version
 * @throws AppError `DATABASE_TOO_OLD`, `DATABASE_NOT_DURABLE`
 */
export async function checkServer(client: pg.ClientBase, mustBeDurable: boolean): Promise<number> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings
     where name in ('server_version_num', 'fsync', 'full_page_writes', 'synchronous_commit')`,
  );
  const settings = new Map(rows.map((row) => [row.name, row.setting]));
  const major = Math.floor(Number(settings.get('server_version_num')) / 10_000);
  if (!(major >= OLDEST)) {
    throw fail('DATABASE_TOO_OLD', `the server is PostgreSQL ${major}, the oldest supported is ${OLDEST}`);
  }
  const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter((name) => settings.get(name) === 'off');
  if (mustBeDurable && off.length > 0) {
    throw fail('DATABASE_NOT_DURABLE', `the server runs with ${off.map((name) => `${name}=off`).join(', ')}`);
  }
  return major;
}
