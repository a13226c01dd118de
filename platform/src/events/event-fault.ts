import { AppError } from '@stella-ops/engine-kernel';
import pg from 'pg';
import { translateError } from '../database/translate-error.ts';
import { redact } from '../runtime/log/redact.ts';

/** The database is away, full, busy with others, or read-only: every event would fail, and none is to blame. */
const NOT_THE_EVENTS: ReadonlySet<string> = new Set([
  'DATABASE_UNAVAILABLE',
  'DATABASE_CONFLICT',
  'DATABASE_FULL',
  'DATABASE_LOCKED',
]);

/**
 * Refused logins, a database that is gone, a standby that took over, faults of its disk; classes have two characters
 * (PostgreSQL, appendix A).
 */
const STATES_NOT_THE_EVENTS: ReadonlySet<string> = new Set(['28', '3D', '58', '25006']);
const MOST_CAUSES = 8;

/**
 * Whether a handler failed at the event itself. A statement over its time limit counts as that: it makes all wait, each time,
 * and tried for ever it would for ever.
 */
export function isEventFault(error: unknown): boolean {
  let fault = error;
  for (let depth = 0; depth < MOST_CAUSES && fault instanceof Error; depth++) {
    const known = translateError(fault);
    if (known instanceof AppError && NOT_THE_EVENTS.has(known.code)) return false;
    if (fault instanceof pg.DatabaseError) {
      const state = fault.code ?? '';
      if (STATES_NOT_THE_EVENTS.has(state) || STATES_NOT_THE_EVENTS.has(state.slice(0, 2))) return false;
    }
    fault = fault.cause;
  }
  return true;
}

const LONGEST_CODE = 60;
const LONGEST_MESSAGE = 500;
const NO_SECRETS: ReadonlySet<string> = new Set();

/** What is kept of a fault: its code, and its sentence without secrets and control characters. */
export function describeFault(error: unknown): { readonly code: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: plain(codeOf(error), LONGEST_CODE),
    message: plain(withoutSecrets(message.slice(0, 8 * LONGEST_MESSAGE)), LONGEST_MESSAGE),
  };
}

function codeOf(error: unknown): string {
  if (error instanceof pg.DatabaseError) return `SQLSTATE ${error.code ?? 'unknown'}`;
  if (!(error instanceof Error)) return 'UNKNOWN';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : error.name;
}

/** As in the log, and what texts name as secret or what looks like a signed token. */
function withoutSecrets(text: string): string {
  return String(redact(text, NO_SECRETS))
    .replace(
      /\b(pass(?:word|phrase|wd)?|secret|token|api[-_]?key|private[-_]?key|cookie)(["']?\s{0,5}[:=]\s{0,5}["']?)[^\s"',;]{1,500}/gi,
      '$1$2[secret]',
    )
    .replace(/\beyJ[\w-]{5,}(?:\.[\w-]+){1,4}/g, '[secret]');
}

function plain(text: string, longest: number): string {
  // oxlint-disable-next-line no-control-regex -- they are what is taken out: NUL is no text for the database, others are commands to a terminal
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  const cut = line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
  // Half of a pair, also where it was cut, is no text for the database.
  return cut.toWellFormed();
}
