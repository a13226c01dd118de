import type { Client } from '@stella-ops/contracts';
import { type ResolvedImage, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { AppError } from '@stella-ops/engine-kernel/errors';
import { actorOf, type Principal } from '@stella-ops/contracts';
import type { Deps } from '../deps.ts';
import type { PlatformDigests } from '../domain/facts.ts';
import { readImageInput } from '../domain/image-input.ts';
import { fail } from '../errors.ts';

export interface PinnedImage {
  readonly indexDigest: string | null;
  readonly platforms: readonly PlatformDigests[];
}

export interface WantedImage {
  readonly component: string;
  readonly repository: string;
  /** As somebody wrote it. */
  readonly image: string;
}

type Scanner = Pick<Client<typeof SCANNER_ROUTES>, 'getImage' | 'resolveImage'>;

/** Asks in the name of the person who makes the release. */
export function scannerFor({ host }: Pick<Deps, 'host'>, caller: Principal): Scanner {
  return host.client(SCANNER_ROUTES, {
    tenantId: caller.tenantId,
    service: 'releases',
    scopes: ['scanner.read'],
    onBehalfOf: actorOf(caller),
  });
}

/**
 * Every digest of a component's image. A tag is asked of the registry, once and never again; a digest that was scanned
 * needs no registry.
 *
 * @throws AppError `REPOSITORY_MISMATCH`, `IMAGE_UNRESOLVED`, `REGISTRY_UNAVAILABLE`
 */
export async function pinImage(
  scanner: Scanner,
  { component, repository, image }: WantedImage,
  signal: AbortSignal,
): Promise<PinnedImage> {
  const input = readImageInput(image, repository);
  switch (input.kind) {
    case 'invalid':
      throw fail('IMAGE_UNRESOLVED', `the image of ${component} is no tag, digest or reference: ${input.message}`);
    case 'mismatch':
      throw fail('REPOSITORY_MISMATCH', `the image of ${component} does not come from ${repository}`);
    case 'tag':
      return pinned(await resolve(scanner, component, input.reference, signal));
    case 'digest':
      return pinDigest(scanner, component, input, signal);
  }
}

async function pinDigest(
  scanner: Scanner,
  component: string,
  { digest, reference }: { readonly digest: string; readonly reference: string },
  signal: AbortSignal,
): Promise<PinnedImage> {
  const known = await findImage(scanner, digest, signal);
  // A digest of an index stands for several images, and the scanner may know only some: the registry knows all.
  if (known !== undefined && known.digest !== digest && known.configDigest !== digest) {
    try {
      return pinnedBy(digest, component, await resolve(scanner, component, reference, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
    }
  }
  if (known !== undefined) {
    const { digest: manifestDigest, platform, configDigest, indexDigest } = known;
    const isIndex = indexDigest === digest;
    return { indexDigest: isIndex ? digest : null, platforms: [{ platform, manifestDigest, configDigest }] };
  }
  return pinnedBy(digest, component, await resolve(scanner, component, reference, signal));
}

async function findImage(scanner: Scanner, imageDigest: string, signal: AbortSignal) {
  try {
    return (await scanner.getImage({ params: { imageDigest } }, { signal })).body;
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

async function resolve(scanner: Scanner, component: string, reference: string, signal: AbortSignal) {
  try {
    return (await scanner.resolveImage({ body: { reference } }, { signal })).body;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'REGISTRY_UNAVAILABLE') {
      throw fail('REGISTRY_UNAVAILABLE', `the registry of ${component} does not answer`, { cause: error });
    }
    if (!ABOUT_THE_IMAGE.has(error.code)) throw error;
    throw fail('IMAGE_UNRESOLVED', `the image of ${component} cannot be resolved: ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
}

const ABOUT_THE_IMAGE: ReadonlySet<string> = new Set(['SOURCE_INVALID', 'REGISTRY_FORBIDDEN', 'IMAGE_UNAVAILABLE']);

function pinned({ indexDigest, platforms }: ResolvedImage): PinnedImage {
  return { indexDigest, platforms };
}

function pinnedBy(digest: string, component: string, image: ResolvedImage): PinnedImage {
  const isNamed =
    image.indexDigest === digest ||
    image.platforms.some(({ manifestDigest, configDigest }) => manifestDigest === digest || configDigest === digest);
  if (isNamed) return pinned(image);
  throw fail('IMAGE_UNRESOLVED', `the registry answered with another image than ${component} was asked for`);
}
