import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Context } from './context.ts';
import { fail } from './errors.ts';

/**
 * Writes a result file whole or not at all: temporary file in the same folder, fsync, rename.
 *
 * @throws AppError `OUTPUT_FAILED`
 */
export async function writeOutput(
  path: string,
  content: string | Uint8Array,
  context: Pick<Context, 'cwd'>,
  mode = 0o644,
): Promise<void> {
  const target = resolve(context.cwd, path);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const reason =
      cause instanceof Error ? cause.message.replace(/^[A-Z]+: |, (open|write|rename).*$/g, '') : String(cause);
    throw fail('OUTPUT_FAILED', `cannot write ${path}: ${reason}`, { place: { file: path }, cause });
  }
}
