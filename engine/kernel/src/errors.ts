/** Process exit codes of the command line; one table for the whole product (PRODUCT decisions, `docs/reference/errors.md`). */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  invalid: 2,
  verification: 3,
  notFound: 4,
  offline: 5,
  denied: 6,
  retry: 10,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where in the input a fault lies. All members are optional; whoever knows more adds it. */
export interface Place {
  /** File name, archive member or URL. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units. */
  readonly column?: number;
  /** RFC 6901 JSON pointer. */
  readonly pointer?: string;
  /** Byte offset from the start of the file. */
  readonly offset?: number;
}

/** One row of a package's error table. `hint` says what the reader can do. */
export interface ErrorRow {
  readonly status: number;
  readonly exit: ExitCode;
  readonly retryable?: boolean;
  readonly hint: string;
}

export interface ErrorInit {
  readonly place?: Place;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * "Could not do it." Carries a stable code from a package's table, a sentence, a place and a hint.
 * Programmer errors stay plain `Error`s; verdicts (match, verify, gate) are values, never errors.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: string;
  readonly status: number;
  readonly exit: ExitCode;
  readonly retryable: boolean;
  readonly hint: string;
  readonly place: Place | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, row: ErrorRow, message: string, init: ErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.status = row.status;
    this.exit = row.exit;
    this.retryable = row.retryable ?? false;
    this.hint = init.hint ?? row.hint;
    this.place = init.place;
    this.details = init.details ?? {};
  }

  /** The same error with the file (or other outer part of the place) filled in. */
  at(place: Place): AppError {
    const row = { status: this.status, exit: this.exit, retryable: this.retryable, hint: this.hint };
    const merged = { ...place, ...this.place };
    return new AppError(this.code, row, this.message, { place: merged, details: this.details, cause: this.cause });
  }
}

/** Makes the `fail` function of a package from its error table: `throw fail('CODE', 'sentence', {place})`. */
export function errorFactory<T extends Readonly<Record<string, ErrorRow>>>(
  table: T,
): (code: keyof T & string, message: string, init?: ErrorInit) => AppError {
  return (code, message, init) => {
    const row = table[code];
    if (row === undefined) throw new Error(`no row for error code ${code}`);
    return new AppError(code, row, message, init);
  };
}

/** `file:line:column`, `file#/pointer` or `file@offset`, as much as is known; empty when nothing is. */
export function formatPlace(place: Place | undefined): string {
  if (place === undefined) return '';
  let text = place.file ?? '';
  if (place.line !== undefined) {
    text += `${text === '' ? 'line ' : ':'}${place.line}`;
    if (place.column !== undefined) text += `:${place.column}`;
  }
  // The empty pointer is the whole document, which the file names already.
  if (place.pointer) text += `#${place.pointer}`;
  if (place.offset !== undefined) text += `@${place.offset}`;
  return text;
}
