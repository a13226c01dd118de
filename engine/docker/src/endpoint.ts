import { fail } from './errors.ts';

/** Where an engine listens. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export const DEFAULT_DOCKER_HOST = 'unix:///var/run/docker.sock';

/**
 * Reads a `DOCKER_HOST` value: `unix:///path` or `tcp://host:port` (port 2375 when absent). `tcp` is spoken without
 * TLS, so it belongs on loopback or behind a tunnel.
 *
 * @throws AppError `DOCKER_HOST_INVALID`
 */
export function parseDockerHost(text: string): Endpoint {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (!path.startsWith('/')) throw fail('DOCKER_HOST_INVALID', `"${text}" names no absolute socket path`);
    return { kind: 'unix', path };
  }
  if (text.startsWith('tcp://')) {
    const url = URL.parse(text);
    if (url === null || url.hostname === '' || url.username !== '' || !['', '/'].includes(url.pathname)) {
      throw fail('DOCKER_HOST_INVALID', 'the tcp:// address is not host:port');
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return { kind: 'tcp', host, port: url.port === '' ? 2375 : Number(url.port) };
  }
  throw fail('DOCKER_HOST_INVALID', `"${text.slice(0, 100)}" is neither unix:// nor tcp://`);
}

export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix://${endpoint.path}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `tcp://${host}:${endpoint.port}`;
}
