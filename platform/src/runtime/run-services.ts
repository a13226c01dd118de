import { fail } from './errors.ts';
import type { ConfigSection } from './config/define-config.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { HealthCheck } from './health.ts';
import type { RunningService, Service, ServiceContext } from './service.ts';

export interface RunOptions<H> extends Omit<ServiceContext<ConfigSection, H>, 'config'> {
  /** By service id, as `loadConfig` returns it. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface RunningServices {
  readonly ids: readonly string[];
  readonly endpoints: readonly Endpoint[];
  readonly checks: readonly HealthCheck[];
  readonly running: readonly RunningService[];
  readonly capabilities: Readonly<Record<string, boolean>>;
  /**
   * Stops in reverse order; one that fails does not keep the others from stopping.
   *
   * @throws AggregateError with every failure, a passed deadline too
   */
  stop(deadlineMs: number): Promise<void>;
}

/**
 * Starts the services of some roles in the order of the list, each after those before it.
 *
 * @param roles service ids, or `all`
 * @throws AppError `ROLE_UNKNOWN`, or `SERVICE_START_FAILED` after stopping those that had started
 */
export async function runServices<H>(
  services: readonly Service<ConfigSection, H>[],
  roles: readonly string[],
  options: RunOptions<H>,
): Promise<RunningServices> {
  const chosen = chooseServices(services, roles);
  const running: { readonly id: string; readonly service: RunningService }[] = [];
  for (const service of chosen) {
    try {
      const logger = options.logger.child({ service: service.id });
      const started = await service.start({
        ...options,
        config: options.config[service.id] as Record<string, unknown>,
        logger,
      });
      running.push({ id: service.id, service: started });
      checkEndpoints(service, started);
    } catch (cause) {
      const failures = await stopAll(running, 10_000);
      for (const failure of failures) options.logger.error('Service did not stop', { error: failure });
      throw fail('SERVICE_START_FAILED', `the service ${service.id} did not start`, { cause });
    }
  }
  return {
    ids: running.map(({ id }) => id),
    endpoints: running.flatMap(({ service }) => service.endpoints),
    checks: running.flatMap(({ service }) => service.checks ?? []),
    running: running.map(({ service }) => service),
    capabilities: capabilitiesOf(chosen.map((service) => service.capabilities ?? {})),
    async stop(deadlineMs) {
      const failures = await stopAll(running, deadlineMs);
      if (failures.length > 0) throw new AggregateError(failures, 'services did not stop cleanly');
    },
  };
}

/**
 * The services of some roles, in the order of the list.
 *
 * @param roles service ids, or `all`
 * @throws AppError `ROLE_UNKNOWN`
 */
export function chooseServices<S extends { readonly id: string }>(services: readonly S[], roles: readonly string[]) {
  const ids = new Set(services.map(({ id }) => id));
  const unknown = roles.filter((role) => role !== 'all' && !ids.has(role));
  if (unknown.length > 0 || roles.length === 0) {
    throw fail('ROLE_UNKNOWN', `there is no role "${unknown.join('", "')}"`, {
      hint: `Roles are all, ${[...ids].join(', ')}.`,
    });
  }
  return roles.includes('all') ? services : services.filter(({ id }) => roles.includes(id));
}

/** A process can do what one of its services can: that another one cannot does not hide it. */
function capabilitiesOf(each: readonly Readonly<Record<string, boolean>>[]): Record<string, boolean> {
  const all: Record<string, boolean> = {};
  for (const capabilities of each) {
    for (const [name, can] of Object.entries(capabilities)) all[name] = can || all[name] === true;
  }
  return all;
}

/** A declared route that nobody answers would be found by its first caller. */
function checkEndpoints(service: Service<ConfigSection, never>, running: RunningService): void {
  const declared = Object.values(service.routes).map(({ id }) => id);
  const answered = running.endpoints.map(({ route }) => route.id);
  const missing = declared.filter((id) => !answered.includes(id));
  const stray = answered.filter((id, at) => !declared.includes(id) || answered.indexOf(id) !== at);
  const mounted = (running.mounts ?? []).map(({ prefix }) => prefix);
  if (service.mounts !== undefined && mounted.join() !== service.mounts.join()) {
    throw new Error(`mounts at ${mounted.join()}, declared at ${service.mounts.join()}`);
  }
  if (missing.length === 0 && stray.length === 0) return;
  throw new Error(
    `routes without handler: ${missing.join(', ')}; handlers without or beside a route: ${stray.join(', ')}`,
  );
}

async function stopAll(
  running: readonly { readonly id: string; readonly service: RunningService }[],
  deadlineMs: number,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => undefined);
  const timer = setTimeout(() => late.reject(new Error(`not stopped within ${deadlineMs} ms`)), deadlineMs);
  for (const { id, service } of running.toReversed()) {
    try {
      await Promise.race([service.stop(), late.promise]);
    } catch (cause) {
      failures.push(new Error(`the service ${id} did not stop`, { cause }));
    }
  }
  clearTimeout(timer);
  return failures;
}
