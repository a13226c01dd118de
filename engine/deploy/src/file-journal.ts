import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { isObject } from '@stella-ops/engine-kernel';
import { diskError, syncFolder } from './durable-file.ts';
import { fail } from './errors.ts';
import type { Journal, JournalEntry } from './types.ts';

/**
 * A journal in a file, one JSON document on each line, synced after each. A last line that was torn by a crash was
 * never answered, so it is cut off.
 *
 * @throws AppError `DEPLOY_JOURNAL_INVALID` for a line in the middle that is no entry; `DEPLOY_DISK`
 */
export function fileJournal(path: string): Journal {
  const append = (entry: JournalEntry): void => {
    try {
      const isNew = !existsSync(path);
      if (isNew) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const file = openSync(path, 'a', 0o600);
      try {
        writeSync(file, `${JSON.stringify(entry)}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      if (isNew) syncFolder(dirname(path));
    } catch (cause) {
      throw diskError(cause, path);
    }
  };
  return {
    read: () => Promise.resolve().then(() => readEntries(path)),
    append: (entry) => Promise.resolve().then(() => append(entry)),
  };
}

function readEntries(path: string): JournalEntry[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const whole = text.lastIndexOf('\n') + 1;
  if (whole < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, whole)));
  return text
    .slice(0, whole)
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const entry = parse(line);
      if (entry !== undefined) return entry;
      throw fail('DEPLOY_JOURNAL_INVALID', 'this line is no entry of a journal', {
        place: { file: path, line: index + 1 },
      });
    });
}

const KINDS: readonly unknown[] = ['planned', 'begun', 'done', 'failed', 'undoing', 'finished'];

/** Our own file, which nobody else writes: its kind is looked at, its members are as we wrote them. */
function parse(line: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && KINDS.includes(value['kind']) ? (value as unknown as JournalEntry) : undefined;
  } catch {
    return undefined;
  }
}
