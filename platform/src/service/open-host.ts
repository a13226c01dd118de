import { createClient, type Principal, type Transport } from '@stella-ops/contracts';
import { AUDIT_SCHEMA, recordAudit, requestAudit } from '../audit/index.ts';
import { assertNoTransaction, type Database, migrate } from '../database/index.ts';
import { type EventRetries, EVENTS_SCHEMA, type RunningEvents, startEvents } from '../events/index.ts';
import {
  createPipeline,
  databaseIdempotency,
  type Endpoint,
  forgetOpenClaims,
  IDEMPOTENCY_SCHEMA,
  localTransport,
  type Mount,
  type Pipeline,
  type PipelineOptions,
  trimIdempotency,
  streamCount,
  unlimited,
  type Verifier,
} from '../http/index.ts';
import { type Jobs, openJobs } from '../jobs/index.ts';
import type { Objects } from '../objects/index.ts';
import type { Peers } from '../peers/index.ts';
import {
  type AgentPort,
  type HealthCheck,
  type IdSource,
  type Logger,
  type Randomness,
  runServices,
  type Service,
  type SystemClock,
} from '../runtime/index.ts';
import { changer } from './change.ts';
import type { ServiceHost } from './host.ts';
import { recordTogether } from './record-together.ts';

// A list of services with configurations of different shapes: what each one's is, only it knows.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type AnyService = Service<any, ServiceHost>;

export interface HostOptions {
  readonly services: readonly AnyService[];
  readonly roles: readonly string[];
  readonly database: Database;
  readonly objects: Objects;
  /** What becomes of events that a consumer cannot do. */
  readonly eventRetries?: EventRetries;
  /** By service id. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly randomness: Randomness;
  readonly logger: Logger;
  readonly times: PipelineOptions['times'];
  readonly limiter: PipelineOptions['limiter'];
  readonly streams: PipelineOptions['streams'];
  readonly served: PipelineOptions['served'];
  /** Answered beside those of the services: health, version, event stream. */
  readonly endpoints?: (host: OpenHost) => readonly Endpoint[];
  /** Where the services run that are not among `roles`. */
  readonly peers?: Peers;
  /** In place of the one that Authority brings: tests say themselves who calls. */
  readonly verifier?: Verifier;
}

export interface OpenHost extends ServiceHost {
  /** Of the whole product, as far as this process knows who answers. */
  readonly endpoints: readonly Endpoint[];
  readonly mounts: readonly Mount[];
  /** Of the port that other processes dial: what the services of this one answer. */
  readonly own: { readonly endpoints: readonly Endpoint[]; readonly mounts: readonly Mount[] };
  readonly peerPipeline: Pipeline | undefined;
  readonly checks: readonly HealthCheck[];
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly pipeline: Pipeline;
  /** Of the port that agents dial; `undefined` when no service of this process knows agents. */
  readonly agents: { readonly pipeline: Pipeline; readonly identity: AgentPort['identity'] } | undefined;
  /** Requests that only wait are answered now, before connections are drained. */
  quiesce(): void;
  /** Calls of this process under any principal, as a request from outside would be. */
  transport(principal: Principal): Transport;
  /** Metrics of the services, in the Prometheus text format. */
  renderMetrics(): Promise<string>;
  /** Ends jobs, consumers and services; the database stays open. */
  close(deadlineMs: number): Promise<void>;
}

const TRIM_EVERY_MS = 3_600_000;

/**
 * Everything between a database and an HTTP server: migrations, services, jobs, events, and the pipeline that answers
 * requests. A server process and a service's own tests both stand on it.
 */
export async function openHost(options: HostOptions): Promise<OpenHost> {
  const { database, objects, clock, ids, logger } = options;
  const schemas = options.services.flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
  await migrate(database, [EVENTS_SCHEMA, IDEMPOTENCY_SCHEMA, AUDIT_SCHEMA, ...schemas]);

  // The embedded engine lets one process in: what was under way when the last one ended, nobody finishes any more.
  if (database.engine === 'embedded') await forgetOpenClaims(database);

  // Services get the host before the queues and the other services are there; both are used from `ready` on.
  const late: { jobs?: Jobs; events?: RunningEvents } = {};
  let endpoints: readonly Endpoint[] = [];
  let verifier = options.verifier;

  const pipelineOptions: Omit<PipelineOptions, 'verifier'> = {
    limiter: options.limiter,
    streams: options.streams,
    idempotency: databaseIdempotency(database, clock),
    audit: requestAudit(database, clock, ids),
    clock,
    ids,
    times: options.times,
    served: options.served,
    failed: (error, routeId) => logger.error('Request failed', { error, routeId }),
  };
  const pipeline = createPipeline({
    ...pipelineOptions,
    verifier: { verify: (credentials) => verifierOrThrow(verifier).verify(credentials) },
  });
  const transport = (principal: Principal): Transport => localTransport(endpoints, pipeline, principal);

  const host: ServiceHost = {
    database,
    objects,
    jobs: {
      enqueue: (...call) => {
        if (late.jobs === undefined) throw new Error('jobs can be enqueued from ready() on');
        return late.jobs.enqueue(...call);
      },
    },
    change: changer({ database, clock, ids }),
    record: recordTogether({ database, clock, ids }),
    audit: (tx, { tenantId, service, onBehalfOf, action, target, details }) =>
      recordAudit(tx, {
        id: ids.uuid(),
        tenantId,
        at: clock.now(),
        actor: { kind: 'service', id: service, name: service, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) },
        action,
        target,
        outcome: 'done',
        details: details ?? {},
      }),
    client: (routes, { tenantId, service, scopes, onBehalfOf }) =>
      createClient(
        routes,
        transport({
          kind: 'service',
          id: service,
          name: service,
          tenantId,
          scopes: new Set(scopes),
          ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
        }),
        { beforeCall: (route) => assertNoTransaction(route.id) },
      ),
    onEvents: (callback) => {
      if (late.events === undefined) throw new Error('events flow from ready() on');
      return late.events.onEvents(callback);
    },
  };

  const services = await runServices<ServiceHost>(options.services, options.roles, { ...options, host });
  const { running } = services;
  const { peers } = options;
  // A process without Authority takes no requests from outside: all that calls there is the process itself.
  verifier ??= running.find((service) => service.verifier !== undefined)?.verifier ?? peers?.verifier;

  const elsewhere = options.services.flatMap(({ id, routes, mounts = [] }) => {
    const wire = services.ids.includes(id) ? undefined : peers?.wires.get(id);
    if (wire === undefined) return [];
    return [
      {
        endpoints: Object.values(routes).map((route) => wire.endpoint(route)),
        mounts: mounts.map((prefix) => wire.mount(prefix)),
      },
    ];
  });
  const agentPort = running.find((service) => service.agentPort !== undefined)?.agentPort;
  const allJobs = running.flatMap((service) => service.jobs ?? []);
  const open: OpenHost = {
    ...host,
    get endpoints() {
      return endpoints;
    },
    own: { endpoints: services.endpoints, mounts: running.flatMap((service) => service.mounts ?? []) },
    mounts: [...running.flatMap((service) => service.mounts ?? []), ...elsewhere.flatMap(({ mounts }) => mounts)],
    peerPipeline:
      peers === undefined
        ? undefined
        : // Whoever calls was counted by the process that took the request.
          createPipeline({
            ...pipelineOptions,
            limiter: unlimited,
            streams: streamCount(Infinity),
            verifier: peers.verifier,
          }),
    checks: services.checks,
    capabilities: services.capabilities,
    pipeline,
    agents:
      agentPort === undefined
        ? undefined
        : {
            pipeline: createPipeline({ ...pipelineOptions, verifier: agentPort.verifier }),
            identity: (names) => agentPort.identity(names),
          },
    quiesce: () => running.forEach((service) => service.quiesce?.()),
    transport,
    renderMetrics: async () => {
      const texts = running.flatMap(({ metrics }) => (metrics === undefined ? [] : [metrics.render()]));
      return (await Promise.all(texts)).map(({ text }) => text).join('');
    },
    close: async (deadlineMs) => {
      clearInterval(trimming);
      await late.events?.stop();
      await late.jobs?.drain(deadlineMs);
      await services.stop(deadlineMs);
    },
  };
  endpoints = [
    ...services.endpoints,
    ...elsewhere.flatMap((service) => service.endpoints),
    ...(options.endpoints?.(open) ?? []),
  ];

  const jobs = await openJobs({
    database,
    jobs: allJobs,
    onError: (error, job) => logger.warn('A job failed', { error, job }),
  });
  late.jobs = jobs;
  late.events = await startEvents({
    database,
    consumers: running.flatMap((service) => service.consumers ?? []),
    ...(options.eventRetries === undefined ? {} : { retries: options.eventRetries }),
    onError: (error, consumer, failure) => {
      if (failure === undefined) logger.error('Events are held up', { error, consumer });
      else if (failure.isParked) logger.error('An event is parked', { error, consumer, ...failure });
      else logger.warn('An event failed', { error, consumer, ...failure });
    },
  });
  for (const service of running) await service.ready?.();
  await jobs.work(allJobs);
  const trimming = setInterval(() => {
    trimIdempotency(database, clock).catch((error: unknown) =>
      logger.warn('Old answers could not be removed', { error }),
    );
  }, TRIM_EVERY_MS);
  trimming.unref();
  return open;
}

function verifierOrThrow(verifier: Verifier | undefined): Verifier {
  if (verifier !== undefined) return verifier;
  throw new Error('no service of this process can tell who calls');
}
