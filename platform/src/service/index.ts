export type { Change } from './change.ts';
export type { Acting, ServiceDeed, ServiceHost } from './host.ts';
export { type AnyService, type HostOptions, type OpenHost, openHost } from './open-host.ts';
