import { AppError } from '@stella-ops/engine-kernel';
import type { SignerMetrics } from '../metrics.ts';

/** Counts the one fault that an operator has to mend: a database that is away has a number of its own. */
export async function counted<T>(count: SignerMetrics, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AppError && error.code === 'KEY_UNAVAILABLE') count.keyFailures(1, {});
    throw error;
  }
}
