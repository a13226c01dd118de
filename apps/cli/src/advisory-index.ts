import { resolve } from 'node:path';
import { type AdvisoryIndex, openIndex } from '@stella-ops/engine-advisories';
import { AppError } from '@stella-ops/engine-kernel';
import type { Context } from './context.ts';

/** Opens an advisory index for one piece of work. Damage that shows only while it is read is named by the file too. */
export function withIndex<T>(path: string, context: Pick<Context, 'cwd'>, work: (index: AdvisoryIndex) => T): T {
  const file = resolve(context.cwd, path);
  const index = openIndex(file);
  try {
    return work(index);
  } catch (error) {
    throw error instanceof AppError ? error.at({ file }) : error;
  } finally {
    index.close();
  }
}
