import { hostname } from 'node:os';
import { createHttpServer, type HttpServer, type ServerOptions } from '@stella-ops/platform/http';
import { type Logger, systemClock } from '@stella-ops/platform/runtime';
import type { OpenHost } from '@stella-ops/platform/service';
import { isAgentPath, isHealthPath } from './ports.ts';

/** The certificate is looked at so often, and renewed when a third of its life is left. */
const LOOK_EVERY_MS = 3_600_000;
const RENEW_BEFORE_MS = 10 * 86_400_000;

export interface AgentListener {
  readonly server: HttpServer;
  /** Ends the renewals. */
  close(): void;
}

/** The port with mutual TLS: routes of agents and of health, and no others; `undefined` when no service knows agents. */
export async function agentListener(
  host: OpenHost,
  names: readonly string[],
  options: Pick<ServerOptions, 'limits' | 'traceId' | 'failed'>,
  logger: Logger,
): Promise<AgentListener | undefined> {
  const { agents } = host;
  if (agents === undefined) return undefined;
  let identity = await agents.identity(names);
  const server = createHttpServer({
    ...options,
    endpoints: host.endpoints.filter(({ route }) => isAgentPath(route.path) || isHealthPath(route.path)),
    pipeline: agents.pipeline,
    tls: identity,
  });
  const renew = async (): Promise<void> => {
    if (Date.parse(identity.notAfter) - Date.parse(systemClock.now()) > RENEW_BEFORE_MS) return;
    identity = await agents.identity(names);
    server.renewTls(identity);
    logger.info('The certificate of the agent port was renewed', { endsAt: identity.notAfter });
  };
  const timer = setInterval(() => {
    renew().catch((error: unknown) => logger.warn('The certificate of the agent port was not renewed', { error }));
  }, LOOK_EVERY_MS);
  timer.unref();
  return { server, close: () => clearInterval(timer) };
}

/** Names by which the port may be reached, the one that people are told first. */
export function agentNames(configured: string, listenHost: string): readonly string[] {
  const told = configured
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const isEverywhere = listenHost === '0.0.0.0' || listenHost === '::';
  const here = isEverywhere ? [hostname()] : [listenHost];
  return [...new Set([...told, ...here, 'localhost', '127.0.0.1', '::1'])];
}

/** `https://host:port` of the first name. */
export function agentAddress(names: readonly string[], port: number): string {
  const [name = 'localhost'] = names;
  return `https://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
