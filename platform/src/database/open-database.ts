import pg from 'pg';
import { Kysely, sql } from 'kysely';
import { checkServer } from './check-server.ts';
import type { EnginePort } from './engine-port.ts';
import { fail } from './errors.ts';
import { IdentifiedDialect, runAs } from './identified-dialect.ts';
import { openEmbedded } from './open-embedded.ts';
import { openPostgres } from './open-postgres.ts';
import { ensureRoles, type Role, ROLES } from './roles.ts';
import { assertNoTransaction, insideTransaction, outsideTransaction } from './transaction-context.ts';
import { translateError } from './translate-error.ts';
import type { Database, DatabaseOptions, TransactionOptions, Work } from './types.ts';

const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000;
const DEFAULT_POOL_SIZE = 10;

/**
 * Opens the database, checks the server and makes the roles.
 *
 * @throws AppError `DATABASE_LOCKED`, `DATABASE_DATA_UNUSABLE`, `DATABASE_UNAVAILABLE`, `DATABASE_TOO_OLD`,
 *   `DATABASE_NOT_DURABLE`, `DATABASE_ROLES_MISSING`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const limitMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  const engine =
    options.kind === 'embedded'
      ? await openEmbedded(options.dataDir, limitMs)
      : openPostgres(options.url, options.poolSize ?? DEFAULT_POOL_SIZE, limitMs);
  try {
    const client = await engine.pool.connect();
    try {
      const serverVersion = await checkServer(client, engine.mustBeDurable);
      await ensureRoles(client);
      return databaseOn(engine, serverVersion);
    } finally {
      client.release();
    }
  } catch (error) {
    await engine.close();
    throw translateError(error);
  }
}

function databaseOn(engine: EnginePort, serverVersion: number): Database {
  const kysely = new Kysely<unknown>({ dialect: new IdentifiedDialect({ pool: engine.pool }) });

  const run = <Result, Tables>(
    role: Role,
    tenantId: string,
    work: Work<Tables, Result>,
    { isolation, isReadOnly }: TransactionOptions = {},
  ): Promise<Result> =>
    insideTransaction(async () => {
      let builder = kysely.transaction();
      // What is read by several statements would else be torn by a change between them: a state from before, a list from after.
      const level = isolation ?? (isReadOnly === true ? 'repeatable read' : undefined);
      if (level !== undefined) builder = builder.setIsolationLevel(level);
      if (isReadOnly === true) builder = builder.setAccessMode('read only');
      let fault: unknown;
      try {
        return await runAs({ role, tenantId }, () =>
          builder.execute(async (tx) => {
            try {
              return await (work as unknown as Work<unknown, Result>)(tx);
            } catch (error) {
              fault = error;
              throw error;
            }
          }),
        );
      } catch (error) {
        // When the rollback fails too, on a connection that is gone, the first fault is the one that says why.
        throw translateError(fault ?? error);
      }
    });

  return {
    engine: engine.name,
    serverVersion,
    withTenant: async (tenantId, work, options) => {
      if (!UUID.test(tenantId)) throw fail('TENANT_INVALID', `"${tenantId.slice(0, 60)}" is not a tenant id`);
      return run('app', tenantId, work, options);
    },
    withRelay: (work, options) => run('relay', '', work, options),
    withOwner: (work) =>
      engine.withoutLimit(() =>
        run('owner', '', async (tx: Parameters<typeof work>[0]) => {
          await sql`select set_config('statement_timeout', '0', true)`.execute(tx);
          return work(tx);
        }),
      ),
    runStatement: (role, text, values = []) => runStatement(engine, role, text, values),
    listen: async (channel, onPayload, onConnected) => {
      assertNoTransaction('listening');
      try {
        return await engine.listen(
          channel,
          (payload) => outsideTransaction(() => onPayload(payload)),
          () => outsideTransaction(onConnected),
        );
      } catch (error) {
        throw translateError(error);
      }
    },
    close: () => engine.close(),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

async function runStatement(
  engine: EnginePort,
  role: Role,
  text: string,
  values: readonly unknown[],
): Promise<readonly unknown[]> {
  assertNoTransaction('a statement outside it');
  let fault: Error | undefined;
  try {
    const client = await engine.pool.connect();
    try {
      await client.query(`set role ${ROLES[role]}`);
      const result = await client.query({ text, values: [...values], types: pg.types });
      await client.query('reset role');
      // Several statements in one text give several results.
      const results: readonly { readonly rows: readonly unknown[] }[] = Array.isArray(result) ? result : [result];
      return results.flatMap(({ rows }) => rows);
    } catch (error) {
      // The session may be inside a transaction that the text began, or still have the role: it is not reused.
      fault = error as Error;
      throw error;
    } finally {
      client.release(fault);
    }
  } catch (error) {
    throw translateError(error);
  }
}
