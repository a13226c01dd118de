import { API_ERRORS } from '@stella-ops/contracts';
import { AUTHORITY_ERRORS } from '@stella-ops/contracts/authority';
import { type AppError, errorFactory, EXIT } from '@stella-ops/engine-kernel';

/** What stops the service from starting. */
export const AUTHORITY_START_ERRORS = {
  ISSUER_KEYS_LOST: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Put the master key of this installation back in its place.',
  },
} as const;

export const fail = errorFactory({ ...API_ERRORS, ...AUTHORITY_ERRORS, ...AUTHORITY_START_ERRORS });

/** The same sentence for what does not exist and for what belongs to another tenant. */
export function unknown(what: 'user' | 'tenant' | 'token' | 'client', id: string): AppError {
  return fail('NOT_FOUND', `there is no ${what} ${id}`);
}
