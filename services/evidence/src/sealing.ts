import type { EvidencePacket } from '@stella-ops/contracts/evidence';
import type { IdSource, Logger, Metrics, SystemClock } from '@stella-ops/platform/runtime';
import type { ObjectSweep, ServiceHost } from '@stella-ops/platform/service';
import type { EVIDENCE_METRICS } from './metrics.ts';
import type { EvidenceConfig } from './config.ts';

/** What everything that seals stands on. */
export interface Sealing {
  readonly host: ServiceHost;
  readonly config: EvidenceConfig;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly sweep: ObjectSweep;
  readonly record: Metrics<typeof EVIDENCE_METRICS>['record'];
}

/** For whom something is sealed. */
export interface SealFor {
  readonly tenantId: string;
  /** The person or program that asked; left out for the service's own work. */
  readonly onBehalfOf?: string;
}

/** One packet for each thing sealed: the second one is told of the first. */
export interface Recorded {
  readonly packet: EvidencePacket;
  readonly isNew: boolean;
}
