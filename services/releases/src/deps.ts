import type { Job } from '@stella-ops/platform/jobs';
import type { IdSource, Metrics, Randomness, SystemClock } from '@stella-ops/platform/runtime';
import type { ObjectSweep, ServiceHost } from '@stella-ops/platform/service';
import type { AgentAuthority } from './agents/agent-authority.ts';
import type { TaskBell } from './agents/task-bell.ts';
import type { PlanCache } from './deployment/plan-cache.ts';
import type { RELEASES_METRICS } from './metrics.ts';

export interface ReleasesConfig {
  readonly promotionDays: number;
  readonly secretsDir: string;
  readonly masterKeyFile: string;
  readonly agentAddress: string;
  readonly agentCertificateDays: number;
  readonly leaseSeconds: number;
  readonly staleSeconds: number;
}

export interface ReleasesJobs {
  readonly evaluateGates: Job<{ promotionId: string; evaluation: number }>;
  readonly wakePromotion: Job<{ promotionId: string; evaluation: number; at: string }>;
  readonly scanImages: Job<{ releaseId: string }>;
  readonly deployPromotion: Job<{ promotionId: string; because: string }>;
  readonly sweepObjects: ObjectSweep;
}

/** What commands, queries and jobs of this service stand on. */
export interface Deps {
  readonly host: ServiceHost;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly config: ReleasesConfig;
  readonly record: Metrics<typeof RELEASES_METRICS>['record'];
  readonly jobs: ReleasesJobs;
  readonly authority: AgentAuthority;
  readonly bell: TaskBell;
  readonly plans: PlanCache;
  readonly randomness: Randomness;
}
