import type { EventType, Routes } from '@stella-ops/contracts';
import type { SchemaSource } from '../database/index.ts';
import type { Consumer } from '../events/index.ts';
import type { Verifier } from '../http/authentication.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Mount, TlsIdentity } from '../http/server.ts';
import type { AnyJob } from '../jobs/index.ts';
import type { ConfigSection } from './config/define-config.ts';
import type { HealthCheck } from './health.ts';
import type { Logger } from './log/logger.ts';
import type { MetricCatalogue } from './metrics/metrics.ts';
import type { IdSource, Randomness, SystemClock } from './clock.ts';
import type * as z from 'zod';

/** What a listener for agents needs of the service that knows them. */
export interface AgentPort {
  readonly verifier: Verifier;
  /** A new key and certificate. @param names host names and addresses by which agents reach the port, at least one */
  identity(names: readonly string[]): Promise<TlsIdentity>;
}

/** What a running service gives to the process that hosts it. */
export interface RunningService {
  /** One for each declared route. */
  readonly endpoints: readonly Endpoint[];
  readonly checks?: readonly HealthCheck[];
  /** Kinds of later work that it enqueues and runs. */
  readonly jobs?: readonly AnyJob[];
  /** What it does about events. */
  readonly consumers?: readonly Consumer[];
  /** Parts of the address space that speak HTTP by themselves. */
  readonly mounts?: readonly Mount[];
  /** Who calls: Authority's answer, for all requests of the process. */
  readonly verifier?: Verifier;
  /** The port with mutual TLS, which agents dial: who calls there, and who the server is. */
  readonly agentPort?: AgentPort;
  readonly metrics?: { render(): Promise<{ readonly contentType: string; readonly text: string }> };
  /** Called once when jobs can be enqueued and other services called, before requests are taken. */
  ready?(): Promise<void>;
  /** The process is about to stop: requests that only wait for something to happen are answered now. */
  quiesce?(): void;
  /** Finishes what is under way; called once, after requests have ended. */
  stop(): Promise<void>;
}

export interface ServiceContext<C extends ConfigSection, H> {
  readonly config: z.output<C['schema']>;
  /** Database, objects, jobs, events and clients, as the hosting process has them. */
  readonly host: H;
  readonly logger: Logger;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly randomness: Randomness;
}

/** A service as plain data and one function. Its id is its role, its config section and its log name. */
export interface Service<C extends ConfigSection = ConfigSection, H = unknown> {
  readonly id: string;
  readonly config: C;
  /** Its own tables; none when it keeps nothing. */
  readonly schema?: SchemaSource;
  readonly routes: Routes;
  /** Names of the jobs that it runs, with a sentence for the reference. */
  readonly jobs: readonly { readonly name: string; readonly summary: string }[];
  /** What it announces. */
  readonly events: readonly EventType[];
  readonly metrics?: MetricCatalogue;
  /** Prefixes of its mounts, for processes that pass requests on to it. */
  readonly mounts?: readonly string[];
  /** Told by `GET /capabilities`. */
  readonly capabilities?: Readonly<Record<string, boolean>>;
  start(context: ServiceContext<C, H>): Promise<RunningService>;
}

export function defineService<const C extends ConfigSection, H>(service: Service<C, H>): Service<C, H> {
  return service;
}
