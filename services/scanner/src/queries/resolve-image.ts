import { tmpdir } from 'node:os';
import type { ResolvedImage } from '@stella-ops/contracts/scanner';
import { AppError, isObject, parseJson } from '@stella-ops/engine-kernel';
import {
  type Descriptor,
  type ImageStore,
  isAttestation,
  isImageConfig,
  type Manifest,
  openStore,
  parseDocument,
} from '@stella-ops/engine-oci';
import { registryFault } from '../domain/image-faults.ts';
import { platformText } from '../domain/platform-text.ts';
import { readReference, registryOptions } from '../domain/registry-access.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';

type Resolved = ResolvedImage['platforms'][number];

/** Real indexes have a dozen. Each costs a request, and some registries count them. */
const MAX_PLATFORMS = 48;
/** As deep as an image may be hidden when it is scanned. */
const MAX_INDEX_DEPTH = 4;
const AT_ONCE = 6;
/** Somebody waits for the answer. */
const PATIENCE = { attempts: 2, idleTimeoutMs: 10_000 } as const;

/**
 * Asks the registry which digests a reference stands for now, for all its platforms. A mirror may hold only some images
 * of an index; those that it does not have are left out.
 *
 * @throws AppError `SOURCE_INVALID`, `REGISTRY_FORBIDDEN`, `IMAGE_UNAVAILABLE`, `REGISTRY_UNAVAILABLE`
 */
export async function resolveImage(
  { config, clock }: Parts,
  text: string,
  signal: AbortSignal,
): Promise<ResolvedImage> {
  const reference = readReference(text, config);
  const registry = { ...registryOptions(reference.registry, config, { clock, signal }), ...PATIENCE };
  try {
    const store = await openStore({ kind: 'registry', reference }, { registry, tempDir: tmpdir() });
    try {
      const root = await store.root(undefined);
      const found = await manifestsOf(store, root, 0);
      const platforms = (await inBatches(found, (one) => resolveOne(store, one))).filter((one) => one !== undefined);
      if (platforms.length === 0) throw fail('IMAGE_UNAVAILABLE', 'the reference leads to no image of any platform');
      const isIndex = found.length !== 1 || found[0]?.digest !== root.digest;
      return {
        repository: `${reference.registry}/${reference.repository}`,
        tag: reference.tag ?? null,
        indexDigest: isIndex ? root.digest : null,
        platforms,
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    const fault = registryFault(error, reference.registry);
    // What is left are documents that cannot be read: to the caller the same as no image.
    const isForeign = fault instanceof AppError && fault === error && fault.status < 500 && !isOwn(fault);
    throw isForeign ? fail('IMAGE_UNAVAILABLE', fault.message, { hint: fault.hint, cause: fault }) : fault;
  }
}

const isOwn = (error: AppError): boolean => error.code === 'IMAGE_UNAVAILABLE';

/** Descriptors of all image manifests below an index, or the one that the reference names. */
async function manifestsOf(store: ImageStore, descriptor: Descriptor, depth: number): Promise<Descriptor[]> {
  const document = await readDocument(store, descriptor);
  if (document === undefined || document.kind === 'manifest') return [descriptor];
  if (depth === MAX_INDEX_DEPTH) throw fail('IMAGE_UNAVAILABLE', 'indexes lie too deep inside each other');
  const found: Descriptor[] = [];
  for (const one of document.manifests.filter((inner) => !isAttestation(inner))) {
    if (one.mediaType.includes('index') || one.mediaType.includes('manifest.list')) {
      found.push(...(await manifestsOf(store, one, depth + 1)));
    } else found.push(one);
    if (found.length > MAX_PLATFORMS) {
      throw fail('IMAGE_UNAVAILABLE', `the index leads to more than ${MAX_PLATFORMS} images`);
    }
  }
  return found;
}

async function resolveOne(store: ImageStore, descriptor: Descriptor): Promise<Resolved | undefined> {
  const manifest = await readDocument(store, descriptor);
  if (manifest?.kind !== 'manifest' || !isImageConfig(manifest.config.mediaType)) return undefined;
  const platform = platformText(descriptor.platform ?? (await configPlatform(store, manifest)));
  if (platform === null) return undefined;
  return { platform, manifestDigest: descriptor.digest, configDigest: manifest.config.digest };
}

/** Undefined for what the registry does not have. */
async function readDocument(store: ImageStore, descriptor: Descriptor) {
  try {
    return parseDocument(await store.read(descriptor), descriptor.mediaType, store.name);
  } catch (error) {
    if (error instanceof AppError && error.code === 'REGISTRY_NOT_FOUND') return undefined;
    throw error;
  }
}

async function configPlatform(store: ImageStore, manifest: Manifest) {
  const config = parseJson(await store.read(manifest.config), store.name, { maxDepth: 64 });
  if (!isObject(config)) return undefined;
  const { os, architecture, variant } = config;
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
  return { os, architecture, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) };
}

async function inBatches<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const done: B[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    done.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return done;
}
