import { AsyncLocalStorage } from 'node:async_hooks';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type TransactionSettings,
} from 'kysely';
import { type Role, ROLES } from './roles.ts';

/** Who a transaction runs as. */
export interface Identity {
  readonly role: Role;
  /** A UUID, or empty. */
  readonly tenantId: string;
}

const identities = new AsyncLocalStorage<Identity>();

/** Transactions that `run` begins on an {@link IdentifiedDialect} run as somebody. */
export function runAs<T>(identity: Identity, run: () => Promise<T>): Promise<T> {
  if (!/^[0-9a-f-]*$/.test(identity.tenantId)) throw new Error('a tenant id is a UUID');
  return identities.run(identity, run);
}

/**
 * PostgreSQL whose transactions begin with saying who they run as, in the same round trip: on the embedded engine each one
 * is a way to another thread and back. There is no transaction without it.
 */
export class IdentifiedDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new IdentifiedDriver(this.#config);
  }
}

class IdentifiedDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const identity = identities.getStore();
    if (identity === undefined) throw new Error('a transaction runs as somebody');
    const { role, tenantId } = identity;
    const modes = [
      ...(settings.isolationLevel === undefined ? [] : [`isolation level ${settings.isolationLevel}`]),
      ...(settings.accessMode === undefined ? [] : [settings.accessMode]),
    ];
    try {
      // Texts of our own and a UUID: one round trip takes several statements but no parameters.
      await connection.executeQuery(
        CompiledQuery.raw(
          `begin ${modes.join(' ')}; select set_config('role', '${ROLES[role]}', true), set_config('app.tenant_id', '${tenantId}', true)`,
        ),
      );
    } catch (error) {
      // The first statement may have succeeded: the session must not go back with an open transaction.
      await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
      throw error;
    }
  }
}
