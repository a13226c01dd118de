import { sql } from 'kysely';
import { ROLES } from './roles.ts';
import type { Database } from './types.ts';

/** Schemas of the product, by name: those of its owner role. What else stands in the database is not ours. */
export async function ownSchemas(database: Database): Promise<readonly string[]> {
  const { rows } = await database.withOwner((tx) =>
    sql<{ name: string }>`
      select n.nspname as name from pg_catalog.pg_namespace n
      join pg_catalog.pg_roles r on r.oid = n.nspowner
      where r.rolname = ${ROLES.owner} order by 1`.execute(tx),
  );
  return rows.map(({ name }) => name);
}

/** Drops schemas with all that is in them, all or none. */
export async function dropSchemas(database: Database, schemas: readonly string[]): Promise<void> {
  await database.withOwner(async (tx) => {
    for (const schema of schemas) await sql`drop schema ${sql.id(schema)} cascade`.execute(tx);
  });
}

/** How many others are connected to the database. The server's own background workers are nobody's. */
export async function otherSessions(database: Database): Promise<number> {
  // Of other people's sessions this much can be seen without privileges.
  const { rows } = await database.withOwner((tx) =>
    sql<{ others: bigint }>`
      select count(*) as others from pg_catalog.pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and usename is not null`.execute(tx),
  );
  return Number(rows[0]?.others ?? 0n);
}
