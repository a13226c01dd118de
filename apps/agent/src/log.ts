import { AppError } from '@stella-ops/engine-kernel';
import type { System } from './system.ts';

type Field = string | number | boolean | null | undefined;

/** Constant messages, variables in fields. Plans, keys and tokens are never fields. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, Field>>): void;
  warn(message: string, fields?: Readonly<Record<string, Field>>): void;
}

/** JSON lines. */
export function jsonLog(system: System, write: (line: string) => void): Log {
  const line =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, Field>> = {}) =>
      write(`${JSON.stringify({ time: system.clock.now(), level, message, ...fields })}\n`);
  return { info: line('info'), warn: line('warn') };
}

/** What of an error goes into the log. */
export function errorFields(error: unknown): Record<string, Field> {
  if (error instanceof AppError) {
    const cause = error.cause instanceof Error ? error.cause.message : undefined;
    return { code: error.code, error: error.message, hint: error.hint, cause };
  }
  return { code: 'UNEXPECTED', error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
