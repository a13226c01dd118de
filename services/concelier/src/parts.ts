import type { ServiceHost } from '@stella-ops/platform/service';
import type { IdSource, Logger, SystemClock } from '@stella-ops/platform/runtime';
import type { Turns } from './domain/turns.ts';
import type { ConcelierMetrics } from './metrics.ts';

/** What commands and queries of this service stand on. */
export interface Parts {
  readonly host: ServiceHost;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly record: ConcelierMetrics['record'];
  /** One index is built at a time: a build takes some hundred MB. */
  readonly builds: Turns;
  /** Ends work that nobody waits for. */
  readonly stopping: AbortSignal;
  /** Folder for files under way. */
  readonly workFolder: string;
}
