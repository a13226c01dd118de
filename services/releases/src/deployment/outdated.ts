import { fail } from '../errors.ts';

/** Thrown inside a transaction: what was prepared before it rests on something that has changed since. */
export class Outdated extends Error {}

/** More often than this nothing changes by chance. */
const TRIES = 3;

/**
 * Prepares and acts, and once more when the world changed between the two.
 *
 * @throws AppError `DEPLOYMENT_RUNS`, which is to be tried later, when it changes each time
 */
export async function untilCurrent<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Outdated)) throw error;
      if (attempt === TRIES) throw fail('DEPLOYMENT_RUNS', error.message, { cause: error });
    }
  }
}
