import { sortedUnique } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import type { Descriptor, Platform } from './types.ts';

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['aarch64', 'arm64'],
  ['i386', '386'],
  ['i686', '386'],
]);
/** The variant that an architecture without one means (containerd's platform normalisation). */
const BASE_VARIANT: ReadonlyMap<string, string> = new Map([
  ['amd64', 'v1'],
  ['arm', 'v7'],
  ['arm64', 'v8'],
]);
/** Taken when nobody asks for a platform and there are several: the same on every machine, so results compare. */
const DEFAULT_PLATFORM: Platform = { os: 'linux', architecture: 'amd64' };

/**
 * Reads `os/architecture[/variant]`; the common other names of architectures are understood.
 *
 * @throws AppError `OCI_PLATFORM_INVALID`
 */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture = '', variant, ...more] = text.toLowerCase().split('/');
  const isWord = (part: string) => /^[a-z0-9._-]{1,32}$/.test(part);
  if (more.length > 0 || !isWord(os) || !isWord(architecture) || (variant !== undefined && !isWord(variant))) {
    throw fail('OCI_PLATFORM_INVALID', `"${text.slice(0, 60)}" is not a platform`);
  }
  return { os, architecture: ALIASES.get(architecture) ?? architecture, ...(variant === undefined ? {} : { variant }) };
}

export function formatPlatform(platform: Platform): string {
  const variant = platform.variant === undefined ? '' : `/${platform.variant}`;
  return `${platform.os}/${platform.architecture}${variant}`;
}

/** True when `found` runs what `wanted` asks for: same system and architecture, and the variant when one is asked for. */
export function isPlatform(found: Platform, wanted: Platform): boolean {
  if (found.os !== wanted.os || found.architecture !== wanted.architecture) return false;
  return wanted.variant === undefined || variantOf(found) === wanted.variant;
}

/** BuildKit hangs attestations into an index as manifests of the platform `unknown/unknown`. */
export function isAttestation(descriptor: Descriptor): boolean {
  const annotations = descriptor.annotations ?? {};
  return (
    (descriptor.platform?.os === 'unknown' && descriptor.platform.architecture === 'unknown') ||
    (Object.hasOwn(annotations, 'vnd.docker.reference.type') &&
      annotations['vnd.docker.reference.type'] === 'attestation-manifest')
  );
}

/**
 * The manifest of one platform out of an index. Attestations are passed over. Without a wish: the only one there is,
 * else `linux/amd64`. Of several that fit, one of the architecture's base variant, else the first. Where none
 * fits, the only one that names no platform.
 *
 * @throws AppError `OCI_PLATFORM_NOT_FOUND` that lists what there is
 */
export function choosePlatform(
  descriptors: readonly Descriptor[],
  wanted: Platform | undefined,
  file: string,
): Descriptor {
  const runnable = descriptors.filter((one) => !isAttestation(one));
  const [first] = runnable;
  if (wanted === undefined && first !== undefined && isOne(runnable)) return first;
  const wish = wanted ?? DEFAULT_PLATFORM;
  const fitting = runnable.filter((one) => one.platform !== undefined && isPlatform(one.platform, wish));
  const plain = fitting.find(({ platform }) => platform !== undefined && isBase(platform));
  // What names no platform may still be or hold the right one: its config is compared with the wish later.
  const unnamed = runnable.filter((one) => one.platform === undefined);
  const chosen = plain ?? fitting[0] ?? (isOne(unnamed) ? unnamed[0] : undefined);
  if (chosen !== undefined) return chosen;
  const listed = sortedUnique(
    runnable.map((one) => (one.platform === undefined ? '(none named)' : formatPlatform(one.platform))),
  );
  const shown = listed.length > 30 ? [...listed.slice(0, 30), `and ${listed.length - 30} more`] : listed;
  throw fail(
    'OCI_PLATFORM_NOT_FOUND',
    `there is no image for ${formatPlatform(wish)} here; there is ${shown.length === 0 ? 'none at all' : shown.join(', ')}`,
    { place: { file }, details: { platforms: listed } },
  );
}

function isOne(descriptors: readonly Descriptor[]): boolean {
  return new Set(descriptors.map((one) => one.digest)).size === 1;
}

function variantOf(platform: Platform): string | undefined {
  return platform.variant ?? BASE_VARIANT.get(platform.architecture);
}

function isBase(platform: Platform): boolean {
  return variantOf(platform) === BASE_VARIANT.get(platform.architecture);
}
