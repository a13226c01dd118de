import type { EventType, Routes } from '@stella-ops/contracts';
import type { Endpoint } from '../http/endpoint.ts';
import type { ConfigSection } from './config/define-config.ts';
import type { HealthCheck } from './health.ts';
import type { Logger } from './log/logger.ts';
import type { IdSource, Randomness, SystemClock } from './clock.ts';
import type * as z from 'zod';

/** What a running service gives to the process that hosts it. */
export interface RunningService {
  /** One for each declared route. */
  readonly endpoints: readonly Endpoint[];
  readonly checks?: readonly HealthCheck[];
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
  readonly routes: Routes;
  readonly jobs: readonly { readonly name: string }[];
  readonly events: readonly EventType[];
  /** Told by `GET /capabilities`. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
  start(context: ServiceContext<C, H>): Promise<RunningService>;
}

export function defineService<const C extends ConfigSection, H>(service: Service<C, H>): Service<C, H> {
  return service;
}
