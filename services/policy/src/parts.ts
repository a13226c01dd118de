import type { SystemClock, IdSource, Metrics } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import type { Judge } from './judge/judge.ts';
import type { POLICY_METRICS } from './metrics.ts';

/** What commands, queries and jobs of this service work with. */
export interface PolicyParts {
  readonly host: ServiceHost;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly judge: Judge;
  readonly record: Metrics<typeof POLICY_METRICS>['record'];
}

export const SERVICE = 'policy';
