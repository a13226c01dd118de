import type { IdSource, Logger, Metrics, Randomness, SystemClock } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import type { AuthorityConfig } from './config.ts';
import type { PasswordHasher } from './domain/password-hash.ts';
import type { METRICS } from './metrics.ts';
import type { Accounts } from './verify/accounts.ts';

/** What the parts of the service share. */
export interface Parts {
  readonly host: ServiceHost;
  readonly config: AuthorityConfig;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly randomness: Randomness;
  readonly logger: Logger;
  readonly passwords: PasswordHasher;
  readonly accounts: Accounts;
  readonly record: Metrics<typeof METRICS>['record'];
}
