import type { IdSource } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import type { TenantTurns } from './domain/tenant-turns.ts';
import type { ExcititorMetrics } from './metrics.ts';

/** What commands and queries of this service stand on. */
export interface Parts {
  readonly host: ServiceHost;
  readonly ids: IdSource;
  readonly record: ExcititorMetrics['record'];
  readonly turns: TenantTurns;
  readonly maxStatements: number;
}
