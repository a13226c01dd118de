import type { Metrics, ServiceContext } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import type { FINDINGS_CONFIG } from './config.ts';
import type { FINDINGS_METRICS } from './metrics.ts';

/** What the parts of the service share. */
export interface Parts extends ServiceContext<typeof FINDINGS_CONFIG, ServiceHost> {
  readonly metrics: Metrics<typeof FINDINGS_METRICS>;
}
