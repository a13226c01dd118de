import { createHttpServer, type HttpServer, type ServerOptions } from '@stella-ops/platform/http';
import type { Peers } from '@stella-ops/platform/peers';
import type { OpenHost } from '@stella-ops/platform/service';
import { isAgentPath } from './ports.ts';

/** The port where the other processes of the installation reach the services of this one, over mutual TLS. */
export function peerListener(
  host: OpenHost,
  peers: Peers,
  options: Pick<ServerOptions, 'limits' | 'traceId' | 'failed'>,
): HttpServer | undefined {
  if (host.peerPipeline === undefined) return undefined;
  const server = createHttpServer({
    ...options,
    endpoints: host.own.endpoints.filter(({ route }) => !isAgentPath(route.path)),
    mounts: host.own.mounts,
    pipeline: host.peerPipeline,
    tls: peers.identity,
  });
  peers.onRenewed((identity) => server.renewTls(identity));
  return server;
}
