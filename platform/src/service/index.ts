export { BACKLOG_METRICS, backlogMetrics } from './backlog-metrics.ts';
export type { Change } from './change.ts';
export { type GroupCommit, groupCommit } from './group-commit.ts';
export type { Acting, ServiceDeed, ServiceHost } from './host.ts';
export { objectSweep, type ObjectSweep, sweepLater } from './object-sweep.ts';
export { type AnyService, type HostOptions, type OpenHost, openHost } from './open-host.ts';
export type { Deed, RecordTogether } from './record-together.ts';
