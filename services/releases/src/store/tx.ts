import type { Transaction } from 'kysely';

/** A transaction of one tenant: row-level security keeps every statement of this folder to its rows. */
export type Tx = Transaction<unknown>;
