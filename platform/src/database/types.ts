import type { Transaction } from 'kysely';

export type DatabaseOptions =
  | {
      readonly kind: 'embedded';
      /** Made with mode 0700 when absent. Left out: in memory, gone at the end (tests). */
      readonly dataDir?: string;
      readonly statementTimeoutMs?: number;
    }
  | {
      readonly kind: 'postgres';
      /** `postgres://user:password@host:port/database`, or with `?host=/socket/folder`. */
      readonly url: string;
      readonly poolSize?: number;
      readonly statementTimeoutMs?: number;
    };

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** Refuses to write. All its statements see one state of the world, unless `isolation` says less. */
  readonly isReadOnly?: boolean;
}

/** Work in one transaction. Everything it starts must be awaited before it returns. */
export type Work<Tables, Result> = (tx: Transaction<Tables>) => Promise<Result>;

export interface Subscription {
  close(): Promise<void>;
}

/**
 * The one way to the database, the same on both engines. There is no handle outside a transaction: each runs under a
 * role and, for services, in one tenant. A second transaction inside one throws `TRANSACTION_NESTED`.
 */
export interface Database {
  readonly engine: 'embedded' | 'postgres';
  /** Major version of the server. */
  readonly serverVersion: number;

  /**
   * Runs `run` as `stella_app` in one tenant: commits what it returns from, rolls back what it throws from.
   *
   * @throws AppError `TENANT_INVALID`, `TRANSACTION_NESTED`, `DATABASE_CONFLICT`, `DATABASE_TIMEOUT`,
   *   `DATABASE_UNAVAILABLE`, `DATABASE_FULL`; the driver's `DatabaseError` for what a statement did wrong
   */
  withTenant<Result, Tables = unknown>(
    tenantId: string,
    run: Work<Tables, Result>,
    options?: TransactionOptions,
  ): Promise<Result>;

  /** The same as `stella_relay`, without a tenant: sees rows of all tenants where a policy names that role. */
  withRelay<Result, Tables = unknown>(run: Work<Tables, Result>, options?: TransactionOptions): Promise<Result>;

  /** The same as `stella_owner`, without a time limit: migrations only. Forced row-level security binds it too. */
  withOwner<Result, Tables = unknown>(run: Work<Tables, Result>): Promise<Result>;

  /**
   * Text that brings its own `begin` and `commit` or must run outside a transaction, as libraries (the job queue) send it.
   * They also expect the driver's own types: int8 as text, times as `Date`.
   */
  runStatement(role: 'relay' | 'owner', text: string, values?: readonly unknown[]): Promise<readonly unknown[]>;

  /**
   * Calls `onPayload` for each NOTIFY on a channel, and `onConnected` after each (re)connection: whatever was notified
   * meanwhile is lost, so read the tables then. A notification is a hint, never the record.
   */
  listen(channel: string, onPayload: (payload: string) => void, onConnected: () => void): Promise<Subscription>;

  /** Waits for open transactions, then ends. */
  close(): Promise<void>;
}
