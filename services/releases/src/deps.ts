import type { Job } from '@stella-ops/platform/jobs';
import type { IdSource, Metrics, SystemClock } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import type { RELEASES_METRICS } from './metrics.ts';

export interface ReleasesConfig {
  readonly promotionDays: number;
}

export interface ReleasesJobs {
  readonly evaluateGates: Job<{ promotionId: string; evaluation: number }>;
  readonly wakePromotion: Job<{ promotionId: string; evaluation: number; at: string }>;
  readonly scanImages: Job<{ releaseId: string }>;
}

/** What commands, queries and jobs of this service stand on. */
export interface Deps {
  readonly host: ServiceHost;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly config: ReleasesConfig;
  readonly record: Metrics<typeof RELEASES_METRICS>['record'];
  readonly jobs: ReleasesJobs;
}
