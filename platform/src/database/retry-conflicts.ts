import { AppError } from '@stella-ops/engine-kernel';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs a whole transaction again when another one got in its way (serialization failure, deadlock), at most `attempts`
 * times in all. What `run` does outside the database must bear to be done twice.
 */
export async function retryConflicts<T>(attempts: number, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DATABASE_CONFLICT' || attempt >= attempts) throw error;
      await delay(PAUSE_MS * 2 ** attempt);
    }
  }
}

const PAUSE_MS = 5;
