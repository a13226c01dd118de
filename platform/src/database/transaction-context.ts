import { AsyncLocalStorage } from 'node:async_hooks';
import { fail } from './errors.ts';

/** Work started inside a transaction and left running inherits this; `isOpen` tells it from work that is still inside. */
interface TransactionContext {
  isOpen: boolean;
}

const context = new AsyncLocalStorage<TransactionContext>();

/** Runs `run` marked as the inside of a transaction. */
export async function insideTransaction<T>(run: () => Promise<T>): Promise<T> {
  assertNoTransaction('a second transaction');
  const mark: TransactionContext = { isOpen: true };
  try {
    return await context.run(mark, run);
  } finally {
    mark.isOpen = false;
  }
}

/**
 * Runs a callback that belongs to no transaction although one may have set it off: on the embedded engine a notification
 * arrives with the answer to the commit that sent it.
 */
export function outsideTransaction(run: () => void): void {
  context.exit(run);
}

/**
 * For everything that must not happen while a transaction is open: calls of other services, network, a second
 * transaction (which on the embedded engine, with its one session, would wait for ever).
 *
 * @throws AppError `TRANSACTION_NESTED`
 */
export function assertNoTransaction(what: string): void {
  if (context.getStore()?.isOpen === true)
    throw fail('TRANSACTION_NESTED', `${what} was asked for inside a transaction`);
}
