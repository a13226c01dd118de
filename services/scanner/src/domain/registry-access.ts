import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { AppError, type Clock } from '@stella-ops/engine-kernel';
import {
  classifyAddress,
  isLoopbackHost,
  parseReference,
  type Reference,
  type RegistryOptions,
} from '@stella-ops/engine-oci';
import type { ScannerConfig } from '../config.ts';
import { fail } from '../errors.ts';

/**
 * Reads what a caller names as an image. Only references to registries count: words such as `oci-dir:` would name files
 * of this server.
 *
 * @throws AppError `SOURCE_INVALID`; `REGISTRY_FORBIDDEN` for a registry that this installation may not be led to
 */
export function readReference(text: string, config: ScannerConfig): Reference {
  let reference: Reference;
  try {
    reference = parseReference(text);
  } catch (cause) {
    throw fail('SOURCE_INVALID', cause instanceof AppError ? cause.message : 'not an image reference', { cause });
  }
  const { registry } = reference;
  if (listed(registry, config) !== undefined) return reference;
  if (!config.allowAnyRegistry) {
    throw fail('REGISTRY_FORBIDDEN', `${registry} is not one of the registries of this installation`);
  }
  if (isInside(registry)) throw forbiddenNetwork(registry);
  return reference;
}

/**
 * How a registry is reached. A tenant names the host, so the host may not lead into the network of this installation
 * unless the operator has listed it: the address is checked at the look-up that the connection uses, whatever the name
 * meant a moment before. Credentials go to listed registries only.
 */
export function registryOptions(
  registry: string,
  config: ScannerConfig,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): RegistryOptions {
  const known = listed(registry, config);
  const { username, password = '' } = known ?? {};
  return {
    clock,
    signal,
    // The job tries again too, with longer pauses.
    attempts: 3,
    sleep: (milliseconds) => setTimeout(milliseconds, undefined, { signal }),
    insecure: known?.isPlainHttp === true ? [registry, registry.toLowerCase()] : [],
    credentials: () => (username === undefined ? { kind: 'anonymous' } : { kind: 'basic', username, password }),
    ...(known === undefined ? { namedBy: 'public' as const } : {}),
  };
}

export function forbiddenNetwork(registry: string): AppError {
  return fail('REGISTRY_FORBIDDEN', `${registry} leads to an address that is not public`);
}

function listed(registry: string, config: ScannerConfig) {
  return config.registries.find(({ host }) => host.toLowerCase() === registry.toLowerCase());
}

/** What the name alone gives away, in any spelling of an address; the rest shows when the name is looked up. */
function isInside(registry: string): boolean {
  const hostname = URL.parse(`https://${registry}/`)?.hostname ?? '';
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isLoopbackHost(hostname) || (isIP(bare) !== 0 && classifyAddress(bare) !== 'public');
}
