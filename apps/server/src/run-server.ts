import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CONSOLE_DIST } from '@stella-ops/app-console/build';
import { type Database, openDatabase } from '@stella-ops/platform/database';
import { hasParkedEvents } from '@stella-ops/platform/events';
import { createHttpServer, type HttpServer, streamCount, tokenBuckets } from '@stella-ops/platform/http';
import { directoryObjects } from '@stella-ops/platform/objects';
import {
  createLogger,
  createMetrics,
  createReadiness,
  HTTP_METRICS,
  loadConfig,
  recordServed,
  secretNames,
  systemClock,
  systemEndpoints,
  systemIds,
  systemRandomness,
} from '@stella-ops/platform/runtime';
import { backlogMetrics, type OpenHost, openHost } from '@stella-ops/platform/service';
import { agentAddress, agentListener, agentNames } from './agent-listener.ts';
import { assertFinished } from './backup/unfinished.ts';
import { consoleFiles } from './console-mount.ts';
import { diskMetrics } from './disk-metrics.ts';
import { eventEndpoint } from './event-endpoint.ts';
import { databaseFolder, firstSettings, masterKeyFileOf } from './first-settings.ts';
import { freePort } from './free-port.ts';
import { peerListener } from './peer-listener.ts';
import { isAgentPath } from './ports.ts';
import { peersOf, rolesOf } from './process-roles.ts';
import { SERVICES } from './services.ts';
import { BUILD } from './version.ts';

/** However late it is, what is under way gets this long to notice that it was told to stop. */
const LEAST_CLOSE_MS = 1000;
const AGENT_PORT = 8082;

export interface RunningServer {
  /** Console, API and issuer; in a process without Authority only health, version and metrics, as at `apiUrl`. */
  readonly url: string;
  readonly apiUrl: string;
  /** Where agents dial in; `undefined` in a process without releases. */
  readonly agentUrl: string | undefined;
  /** Where the other processes dial in; `undefined` in one that runs everything. */
  readonly peerUrl: string | undefined;
  readonly dataDir: string;
  readonly engine: 'embedded' | 'postgres';
  readonly isDemo: boolean;
  /** Finishes what is under way and closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a server: settings, database, services, ports.
 *
 * @param flags `http.port` → text; they win over environment and files
 * @param decorate stands between the services and their database, for tests that provoke faults there
 * @throws AppError of settings, database and services, before anything listens
 */
export async function runServer(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string>>,
  roles: readonly string[],
  decorate: (database: Database) => Database = (database) => database,
): Promise<RunningServer> {
  const { sections, sources, first, dataDir } = firstSettings(env, flags);
  assertFinished(dataDir);
  const host = first.http.host;
  const port = first.http.port === 0 ? await freePort(host) : first.http.port;
  const url = first.http.publicUrl ?? `http://${host}:${port}`;
  const agentHosts = agentNames(first.http.agentHost, host);
  const agentPort = first.http.agentPort ?? (first.http.port === 0 ? 0 : AGENT_PORT);
  const agentUrl = agentAddress(agentHosts, agentPort === 0 ? await freePort(host) : agentPort);
  // What depends on other settings is a default of its own: files, environment and flags still win.
  const derived = {
    path: 'derived settings',
    text: JSON.stringify(derivedSettings(dataDir, url, agentUrl, first.server.isDemo, env)),
  };
  const config = loadConfig(sections, { ...sources, files: [derived, ...sources.files] });

  const own = rolesOf(roles);
  mkdirSync(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  const logger = createLogger({
    level: config.log.level,
    release: BUILD.version,
    secrets: secretNames(Object.values(sections).map(({ schema }) => schema)),
    destination: process.stderr,
    now: () => systemClock.now(),
  });
  const peers = await peersOf(own, config.peers, {
    masterKeyFile: masterKeyFileOf(dataDir, env),
    hasPostgres: config.database.url !== undefined,
    logger,
  });
  const metrics = createMetrics(HTTP_METRICS, { withProcessMetrics: true });
  const opened = await openDatabase({
    ...(config.database.url === undefined
      ? { kind: 'embedded' as const, dataDir: databaseFolder(dataDir) }
      : { kind: 'postgres' as const, url: config.database.url, poolSize: config.database.poolSize }),
    statementTimeoutMs: config.database.statementTimeoutMs,
  });
  const database = decorate(opened);
  const backlog = backlogMetrics(database);
  const disk = diskMetrics(dataDir);
  let isDraining = false;
  const system = (open: OpenHost) =>
    systemEndpoints({
      build: BUILD,
      readiness: createReadiness({
        checks: [
          { name: 'database', run: () => database.withRelay(() => Promise.resolve()) },
          { name: 'events', run: async () => ((await hasParkedEvents(database)) ? 'degraded' : undefined) },
          ...open.checks,
        ],
        isDraining: () => isDraining,
        clock: systemClock,
        failed: (name, error) => logger.warn('A readiness check failed', { name, error }),
      }),
      metrics: async () => {
        const { contentType, text } = await metrics.render();
        const waiting = await backlog.render();
        disk.measure();
        const { text: room } = await disk.metrics.render();
        return { contentType, text: text + waiting.text + room + (await open.renderMetrics()) };
      },
      capabilities: open.capabilities,
    });

  const running: { host?: OpenHost; servers: HttpServer[] } = { servers: [] };
  try {
    const open = await openHost({
      services: SERVICES,
      roles,
      database,
      objects: directoryObjects(join(dataDir, 'objects')),
      config,
      eventRetries: config.events,
      clock: systemClock,
      ids: systemIds,
      randomness: systemRandomness,
      logger,
      times: config.http,
      limiter: tokenBuckets({
        burst: config.http.burst,
        perSecond: config.http.perSecond,
        nowMs: () => systemClock.monotonicMs(),
      }),
      streams: streamCount(config.http.maxStreams),
      served: (request) => recordServed(metrics, request),
      ...(peers === undefined ? {} : { peers }),
      endpoints: (all) => [...system(all), eventEndpoint(all)],
    });
    running.host = open;
    const common = {
      limits: config.http,
      traceId: () => systemIds.uuid().replaceAll('-', ''),
      failed: (error: unknown) => logger.error('A request failed outside its route', { error }),
    };
    const listener = (fallback?: ReturnType<typeof consoleFiles>) =>
      createHttpServer({
        ...(fallback === undefined ? {} : { fallback }),
        ...common,
        endpoints: own.isFront ? open.endpoints.filter(({ route }) => !isAgentPath(route.path)) : system(open),
        pipeline: open.pipeline,
        mounts: own.isFront ? open.mounts : [],
      });
    const api = listener();
    running.servers.push(api);
    const front = own.isFront ? listener(consoleFiles(config.server.consoleDir || CONSOLE_DIST)) : undefined;
    if (front !== undefined) running.servers.push(front);
    const processes = peers && peerListener(open, peers, common);
    if (processes !== undefined) running.servers.push(processes);
    const agents = await agentListener(open, agentHosts, common, logger);
    if (agents !== undefined) running.servers.push(agents.server);
    await front?.listen({ host, port });
    const apiUrl = await api.listen({ host, port: config.http.apiPort });
    const peerUrl = await processes?.listen({ host, port: config.http.peerPort });
    await agents?.server.listen({ host, port: Number(new URL(agentUrl).port) });
    logger.info('Ready', {
      address: front === undefined ? apiUrl : url,
      apiAddress: apiUrl,
      agentAddress: agents === undefined ? undefined : agentUrl,
      peerAddress: peerUrl,
      engine: database.engine,
      roles: roles.join(','),
    });
    return {
      url: front === undefined ? apiUrl : url,
      apiUrl,
      agentUrl: agents === undefined ? undefined : agentUrl,
      peerUrl,
      dataDir,
      engine: database.engine,
      isDemo: config.server.isDemo && own.isWhole,
      stop: async () => {
        isDraining = true;
        logger.info('Draining');
        agents?.close();
        open.quiesce();
        const { drainNoticeMs: noticeMs, drainDeadlineMs: deadlineMs } = config.server;
        // One deadline for all of it: what requests leave of it is for jobs and services.
        const endsAtMs = systemClock.monotonicMs() + noticeMs + deadlineMs;
        await Promise.all(running.servers.map((server) => server.drain({ noticeMs, deadlineMs })));
        try {
          await open.close(Math.max(endsAtMs - systemClock.monotonicMs(), LEAST_CLOSE_MS));
        } finally {
          peers?.close();
          await database.close();
        }
        logger.info('Stopped');
      },
    };
  } catch (error) {
    await Promise.all(running.servers.map((server) => server.drain({ noticeMs: 0, deadlineMs: 1000 })));
    await running.host?.close(LEAST_CLOSE_MS);
    peers?.close();
    await database.close();
    throw error;
  }
}

function derivedSettings(
  dataDir: string,
  url: string,
  agentUrl: string,
  isDemo: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, Record<string, unknown>> {
  const secretsDir = join(dataDir, 'secrets');
  const masterKeyFile = masterKeyFileOf(dataDir, env);
  return {
    authority: { issuer: `${url}/oidc`, secretsDir, masterKeyFile, demoUsers: isDemo },
    signer: { secretsDir, masterKeyFile },
    attestor: { secretsDir, masterKeyFile },
    releases: { secretsDir, masterKeyFile, agentAddress: agentUrl },
    // Where `docker run registry` listens on somebody's own machine. A server for others names its registries itself.
    ...(isDemo ? { scanner: { registries: LOCAL_REGISTRIES } } : {}),
  };
}

const LOCAL_REGISTRIES = ['localhost:5000', '127.0.0.1:5000'].map((host) => ({ host, isPlainHttp: true }));
