import { AppError } from '@stella-ops/engine-kernel';
import pg from 'pg';
import { type DATABASE_ERRORS, fail } from './errors.ts';

/** SQLSTATE to our code; classes (two characters) where the whole class means one thing to a caller. PostgreSQL, appendix A. */
const BY_SQLSTATE: ReadonlyMap<string, keyof typeof DATABASE_ERRORS> = new Map([
  ['40001', 'DATABASE_CONFLICT'],
  ['40P01', 'DATABASE_CONFLICT'],
  ['57014', 'DATABASE_TIMEOUT'],
  ['55P03', 'DATABASE_TIMEOUT'],
  ['53100', 'DATABASE_FULL'],
  ['53', 'DATABASE_UNAVAILABLE'],
  ['57P', 'DATABASE_UNAVAILABLE'],
  ['08', 'DATABASE_UNAVAILABLE'],
]);

/**
 * Faults of the server or the way to it become `AppError`s; what a statement itself did wrong (a constraint, a type)
 * stays the driver's `DatabaseError`, since only the caller knows what it means.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof pg.DatabaseError) {
    const state = error.code ?? '';
    const code = BY_SQLSTATE.get(state) ?? BY_SQLSTATE.get(state.slice(0, 3)) ?? BY_SQLSTATE.get(state.slice(0, 2));
    return code === undefined ? error : fail(code, error.message, { cause: error, details: { sqlState: state } });
  }
  if (error instanceof Error && isConnectionFault(error)) {
    return fail('DATABASE_UNAVAILABLE', `the database does not answer: ${error.message}`, { cause: error });
  }
  return error;
}

/** True for a unique violation, of the constraint or index named when one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    error instanceof pg.DatabaseError &&
    error.code === '23505' &&
    (constraint === undefined || error.constraint === constraint)
  );
}

function isConnectionFault(error: Error): boolean {
  // Connection faults of the driver carry a system code or, for its own few, only a sentence.
  return 'syscall' in error || /^(Connection terminated|timeout e|Client (was|has)|read E)/.test(error.message);
}
