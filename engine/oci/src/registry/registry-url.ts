import { fail } from '../errors.ts';
import { isLoopbackHost } from './address.ts';

/**
 * Where a registry is reached: over TLS, but for loopback and what the caller lists as insecure.
 *
 * @param registry `host[:port]` as in a reference
 * @throws AppError `OCI_REFERENCE_INVALID`
 */
export function registryUrl(registry: string, insecure: readonly string[]): URL {
  // The default registry is reached under another name than its images carry.
  const url = URL.parse(`https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}/`);
  if (url === null) throw fail('OCI_REFERENCE_INVALID', `"${registry.slice(0, 100)}" is not a registry host`);
  return mayBePlain(url, insecure) ? new URL(`http://${registry}/`) : url;
}

/** Whether a host may be spoken to without TLS. */
export function mayBePlain(url: URL, insecure: readonly string[]): boolean {
  return isLoopbackHost(url.hostname) || insecure.includes(url.host) || insecure.includes(url.hostname);
}
