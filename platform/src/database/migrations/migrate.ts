import { sql, type Transaction } from 'kysely';
import { fail } from '../errors.ts';
import type { Database } from '../types.ts';
import { type Migration, readMigrations } from './migration-files.ts';

/** A schema of the database and the folder that describes it. */
export interface SchemaSource {
  /** Name of the schema; also the key under which its migrations are recorded. */
  readonly schema: string;
  /** Folder of `0001_what.sql` files. */
  readonly folder: string;
}

export interface MigrationReport {
  /** `schema/0001_what.sql` of what was applied now, in order. */
  readonly applied: readonly string[];
}

interface AppliedRow {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

const SCHEMA_NAME = /^[a-z][a-z0-9_]{0,40}$/;

/** Two processes that start at once: one migrates, the other waits, then finds nothing to do. */
const LOCK = 0x5e11a;

/**
 * Brings every schema up to its folder, forward only, each migration in a transaction of its own as `stella_owner`.
 * With nothing to do it is one query a schema. All schemas are checked before any is changed.
 *
 * @throws AppError `SCHEMA_NEWER` when the database knows migrations that the folder does not, `MIGRATION_CHANGED` when an
 *   applied file is no longer what it was, `MIGRATION_INVALID`, `MIGRATION_FAILED` with the file and what the server said
 */
export async function migrate(database: Database, sources: readonly SchemaSource[]): Promise<MigrationReport> {
  const planned = sources.map((source) => ({ source, files: readMigrations(source.folder) }));
  for (const { source } of planned) {
    if (!SCHEMA_NAME.test(source.schema)) {
      throw fail('MIGRATION_INVALID', `"${source.schema.slice(0, 60)}" is not a schema name`);
    }
  }
  if (!(await hasTable(database))) await database.withOwner(createTable);
  const pending: { readonly source: SchemaSource; readonly migration: Migration }[] = [];
  for (const { source, files } of planned) {
    const rows = await database.withOwner((tx) => appliedRows(tx, source.schema));
    checkApplied(source, files, rows);
    for (const migration of files.slice(rows.length)) pending.push({ source, migration });
  }
  const applied: string[] = [];
  for (const { source, migration } of pending) {
    if (await apply(database, source, migration)) applied.push(`${source.schema}/${migration.name}`);
  }
  return { applied };
}

function checkApplied(source: SchemaSource, files: readonly Migration[], rows: readonly AppliedRow[]): void {
  for (const row of rows) {
    const file = files[row.number - 1];
    if (file === undefined) {
      throw fail('SCHEMA_NEWER', `schema ${source.schema} has migration ${row.name}, which this release does not know`);
    }
    if (file.checksum !== row.checksum || file.name !== row.name) {
      const place = { file: `${source.folder}/${file.name}` };
      throw fail('MIGRATION_CHANGED', `migration ${row.name} of schema ${source.schema} was changed`, { place });
    }
  }
}

/** @returns false when another process applied it meanwhile */
async function apply(database: Database, source: SchemaSource, migration: Migration): Promise<boolean> {
  const place = { file: `${source.folder}/${migration.name}` };
  let statement: unknown;
  try {
    return await database.withOwner(async (tx) => {
      await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx);
      const rows = await appliedRows(tx, source.schema);
      if (rows.length >= migration.number) return false;
      if (migration.number === 1) await sql`create schema if not exists ${sql.id(source.schema)}`.execute(tx);
      // The row comes first: a file that ends the transaction is found by what became of it.
      const { rows: before } = await sql<{ xid: string }>`
        insert into stella.migration (schema, number, name, checksum)
        values (${source.schema}, ${migration.number}, ${migration.name}, ${migration.checksum})
        returning pg_current_xact_id()::text as xid`.execute(tx);
      try {
        await sql.raw(migration.text).execute(tx);
      } catch (error) {
        statement = error;
        throw error;
      }
      const { rows: after } = await sql<{ xid: string | null }>`
        select pg_current_xact_id_if_assigned()::text as xid`.execute(tx);
      if (after[0]?.xid !== before[0]?.xid) {
        throw fail('MIGRATION_INVALID', `${migration.name} ends its transaction`, { place });
      }
      return true;
    });
  } catch (cause) {
    if (statement === undefined) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw fail('MIGRATION_FAILED', `migration ${migration.name} of schema ${source.schema}: ${said}`, {
      cause,
      place: { ...place, ...lineOf(migration.text, cause) },
    });
  }
}

/** PostgreSQL counts characters from 1 over the whole text that was sent. */
function lineOf(text: string, error: unknown): { line: number } | Record<string, never> {
  const position = Number((error as { position?: string }).position);
  return Number.isNaN(position) ? {} : { line: Array.from(text).slice(0, position).join('').split('\n').length };
}

async function appliedRows(tx: Transaction<unknown>, schema: string): Promise<readonly AppliedRow[]> {
  const { rows } = await sql<AppliedRow>`
    select number, name, checksum from stella.migration where schema = ${schema} order by number`.execute(tx);
  return rows;
}

async function hasTable(database: Database): Promise<boolean> {
  const { rows } = await database.withOwner((tx) =>
    sql<{ found: boolean }>`
      select exists (select from pg_catalog.pg_tables where schemaname = 'stella' and tablename = 'migration') as found`.execute(
      tx,
    ),
  );
  return rows[0]?.found === true;
}

async function createTable(tx: Transaction<unknown>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx);
  await sql
    .raw(
      `create schema if not exists stella;
       create table if not exists stella.migration (
         schema text not null,
         number int4 not null,
         name text not null,
         checksum text not null,
         applied_at timestamptz not null default now(),
         primary key (schema, number)
       )`,
    )
    .execute(tx);
}
