import { FORGET_AFTER_SECONDS } from './domain/throttle.ts';
import { secondsAfter } from './domain/times.ts';
import type { IssuerKeys } from './oidc/issuer-keys.ts';
import type { Parts } from './parts.ts';
import { sweepThrottle } from './store/login-throttle.ts';
import { sweepArtifacts } from './store/oidc-artifacts.ts';

const EVERY_MS = 600_000;

/** Removes what has expired and turns the signing keys over, every ten minutes; it belongs to no tenant, so it is no job. */
export function startUpkeep({ host: { database }, clock, logger }: Parts, keys: IssuerKeys): { stop(): Promise<void> } {
  let under: Promise<void> = Promise.resolve();
  const run = async (): Promise<void> => {
    const now = clock.now();
    await database.withRelay((tx) => sweepArtifacts(tx, now));
    await database.withRelay((tx) => sweepThrottle(tx, secondsAfter(now, -FORGET_AFTER_SECONDS)));
    await keys.refresh();
  };
  const timer = setInterval(() => {
    under = run().catch((error: unknown) => logger.warn('Expired logins could not be removed', { error }));
  }, EVERY_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await under;
    },
  };
}
