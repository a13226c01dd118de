import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Client, createClient, type Principal, type Routes, type Scope, SCOPES } from '@stella-ops/contracts';
import type { Database } from '@stella-ops/platform/database';
import { type ServedRequest, streamCount, unlimited } from '@stella-ops/platform/http';
import { directoryObjects } from '@stella-ops/platform/objects';
import {
  createLogger,
  loadConfig,
  type SystemClock,
  systemClock,
  systemIds,
  systemRandomness,
} from '@stella-ops/platform/runtime';
import { type AnyService, type OpenHost, openHost } from '@stella-ops/platform/service';
import { TENANT_A } from './engines.ts';

export interface RigOptions {
  /** All that the tests need: the service itself and those it asks. */
  readonly services: readonly AnyService[];
  readonly database: Database;
  /** Settings by service id; the rest has its defaults. */
  readonly config?: Readonly<Record<string, Record<string, unknown>>>;
  readonly clock?: SystemClock;
}

export interface ServiceRig {
  readonly host: OpenHost;
  readonly served: readonly ServedRequest[];
  /** Lines of the log, as JSON text. */
  readonly log: readonly string[];
  /** A client as somebody: a user of tenant A with every scope unless told otherwise. */
  as<const R extends Routes>(
    routes: R,
    who?: Partial<Omit<Principal, 'scopes'>> & { scopes?: readonly Scope[] },
  ): Client<R>;
  /** Waits until something that jobs and consumers bring about holds; fails after a hundred seconds with `what`. */
  eventually<T>(what: string, read: () => Promise<T | undefined | false>): Promise<T>;
  /** Waits until every event is consumed and every job that is due is done; fails after a hundred seconds. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export const ALL_SCOPES = Object.keys(SCOPES) as Scope[];

/** Services on a database, with jobs and events, without a port. Callers are who they say they are. */
export async function openServiceRig(options: RigOptions): Promise<ServiceRig> {
  const folder = mkdtempSync(join(tmpdir(), 'stella-rig-'));
  const served: ServedRequest[] = [];
  const log: string[] = [];
  const sections = Object.fromEntries(options.services.map((service) => [service.id, service.config]));
  const files = [{ path: 'test.yaml', text: JSON.stringify(options.config ?? {}) }];
  const consumers: string[] = [];
  const host = await openHost({
    services: options.services.map((service) => withConsumers(service, consumers)),
    database: options.database,
    config: loadConfig(sections, { files, env: {}, flags: {}, readFile: () => '' }),
    ...hostParts(folder, log, options.clock),
    served: (request) => served.push(request),
    verifier: {
      verify: (credentials) => {
        if (credentials.kind !== 'local') throw new Error('the rig has no port');
        return Promise.resolve({ ok: true, principal: credentials.principal });
      },
    },
  });
  const eventually: ServiceRig['eventually'] = async (what, read) => {
    // Long, for a machine with other work: what holds is seen at once, only what never comes about takes it all.
    const deadlineMs = performance.now() + 100_000;
    for (;;) {
      const value = await read();
      if (value !== undefined && value !== false) return value;
      if (performance.now() > deadlineMs) throw new Error(`did not come about: ${what}\n${log.slice(-20).join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  // Before its first look a consumer is not known to be behind: what is published now would not be waited for.
  await eventually('every consumer has begun', () => haveBegun(options.database, consumers));
  return {
    host,
    served,
    log,
    as: (routes, who = {}) =>
      createClient(
        routes,
        host.transport({
          kind: 'user',
          id: '0193eeee-0000-7000-8000-0000000000e1',
          name: 'ada',
          tenantId: TENANT_A,
          ...who,
          scopes: new Set(who.scopes ?? ALL_SCOPES),
        }),
      ),
    eventually,
    settled: async () => {
      await eventually('all is settled', () => isSettled(options.database));
    },
    close: async () => {
      await host.close(10_000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param names gets those of the service's consumers when it starts */
function withConsumers(service: AnyService, names: string[]): AnyService {
  return {
    ...service,
    start: async (context) => {
      const running = await service.start(context);
      names.push(...(running.consumers ?? []).map(({ name }) => name));
      return running;
    },
  };
}

async function haveBegun(database: Database, names: readonly string[]): Promise<boolean> {
  const { rows } = await database.withRelay(
    (tx) => sql<{ name: string }>`select name from events.consumer`.execute(tx),
    { isReadOnly: true },
  );
  const known = new Set(rows.map(({ name }) => name));
  return names.every((name) => known.has(name));
}

/** What a host of a test is made of, whatever its services. @param log gets the lines of its log */
export function hostParts(folder: string, log: string[], clock = systemClock) {
  return {
    roles: ['all'],
    objects: directoryObjects(join(folder, 'objects')),
    clock,
    ids: systemIds,
    randomness: systemRandomness,
    logger: createLogger({
      level: 'debug',
      release: 'test',
      secrets: new Set(),
      destination: { write: (line) => log.push(line) },
      now: () => clock.now(),
    }),
    // Longer than a server's own: a machine with other work is no fault of a caller.
    times: { deadlineMs: 120_000, heartbeatMs: 15_000, jsonTimeoutMs: 60_000, stallTimeoutMs: 60_000 },
    limiter: unlimited,
    streams: streamCount(Infinity),
  } as const;
}

/** Whether every event is consumed and every job that is due is done. */
export async function isSettled(database: Database): Promise<boolean> {
  const { rows } = await database.withRelay(
    (tx) =>
      sql<{ isSettled: boolean }>`
        select not exists (select from events.outbox where position is null)
           and not exists (select from events.consumer join events.state on position < last_position)
           and not exists (select from events.parked p where state <> 'parked' and not exists (
             select from events.parked f where f.consumer = p.consumer and f.tenant_id = p.tenant_id and f.state = 'parked'))
           and not exists (select from jobs.job where state in ('created', 'retry', 'active') and start_after <= now())
          as "isSettled"`.execute(tx),
    { isReadOnly: true },
  );
  return rows[0]?.isSettled ?? false;
}
