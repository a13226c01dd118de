import type { Logger, Metrics, SystemClock, IdSource } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import type { ScannerConfig } from './config.ts';
import type { Documents } from './documents/documents.ts';
import type { SCANNER_METRICS } from './metrics.ts';

/** What everything in this service stands on. */
export interface Parts {
  readonly config: ScannerConfig;
  readonly host: ServiceHost;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly documents: Documents;
  readonly metrics: Metrics<typeof SCANNER_METRICS>;
}
