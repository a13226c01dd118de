import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from './errors.ts';

/**
 * Writes a file that its owner alone reads, whole or not at all: after a power failure there is the old one or the new.
 *
 * @throws AppError `DEPLOY_DISK`
 */
export function writeDurably(path: string, content: string): void {
  const temporary = `${path}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    throw diskError(cause, path);
  }
}

/** Makes the names in a folder durable. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export function diskError(cause: unknown, path: string): Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown cause';
  return fail('DEPLOY_DISK', `the host cannot write here (${code})`, { place: { file: path }, cause });
}
