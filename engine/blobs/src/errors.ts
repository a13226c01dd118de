import { type AppError, errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const BLOB_ERRORS = {
  BLOB_CORRUPT: {
    status: 500,
    exit: EXIT.verification,
    hint: 'The stored bytes changed on disk; they were moved aside. Check the disk and store the blob again.',
  },
  BLOB_MISMATCH: {
    status: 422,
    exit: EXIT.verification,
    hint: 'The bytes received are not the ones asked for; fetch them again.',
  },
  BLOB_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'Raise the size limit if the source can be trusted.' },
  STORE_FULL: {
    status: 507,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Free space on the disk of the store, or move it.',
  },
  STORE_DENIED: { status: 500, exit: EXIT.unexpected, hint: 'Give this user read and write rights on the store.' },
  STORE_READ_ONLY: { status: 500, exit: EXIT.unexpected, hint: 'Put the store on a file system that can be written.' },
  STORE_FAILED: { status: 500, exit: EXIT.unexpected, hint: 'Check the path and the disk of the store.' },
  STORE_AREA_INVALID: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'Name areas with lower-case letters, digits and dashes.',
  },
} as const;

export const fail = errorFactory(BLOB_ERRORS);

const CODES = new Map<string, 'STORE_FULL' | 'STORE_DENIED' | 'STORE_READ_ONLY'>([
  ['ENOSPC', 'STORE_FULL'],
  ['EDQUOT', 'STORE_FULL'],
  ['EACCES', 'STORE_DENIED'],
  ['EPERM', 'STORE_DENIED'],
  ['EROFS', 'STORE_READ_ONLY'],
]);

const SENTENCES = {
  STORE_FULL: 'there is no space left for the store',
  STORE_DENIED: 'access to the store is denied',
  STORE_READ_ONLY: 'the store is on a read-only file system',
} as const;

/** The system error code (`ENOENT`, …) of an error, or nothing. */
export function systemCode(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && 'syscall' in cause ? String(cause.code) : undefined;
}

/** An error of the file system as one of ours; any other error as it is. */
export function storeError(cause: unknown, file: string): unknown {
  const system = systemCode(cause);
  if (system === undefined) return cause;
  const code = CODES.get(system);
  if (code === undefined) return fail('STORE_FAILED', `the store failed (${system})`, { place: { file }, cause });
  return fail(code, SENTENCES[code], { place: { file }, cause }) satisfies AppError;
}

/** Runs a step of a store with {@link storeError} applied. */
export async function guarded<T>(file: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw storeError(cause, file);
  }
}
