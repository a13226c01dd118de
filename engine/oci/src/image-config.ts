import { decodeOrThrow, type Digest, parseJson, shape } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { MAX_DOCUMENT_BYTES } from './manifest.ts';
import type { Platform } from './types.ts';

export interface ImageConfig {
  readonly platform: Platform;
  /** Digests of the uncompressed layers, lowest first: claims until somebody has hashed the layers. */
  readonly diffIds: readonly Digest[];
}

const CONFIG = shape.object(
  {
    os: shape.string({ min: 1, max: 64 }),
    architecture: shape.string({ min: 1, max: 64 }),
    variant: shape.optional(shape.string({ max: 64 })),
    rootfs: shape.object({ diff_ids: shape.either(shape.array(shape.digest), shape.literal(null)) }, 'open'),
  },
  'open',
);

/**
 * What we use of an image configuration (OCI image specification 1.1, "config.md").
 *
 * @param layerCount how many layers the manifest has: one diff id belongs to each
 * @throws AppError `OCI_MANIFEST_INVALID` when the counts differ, and what the kernel's JSON and shape readers throw
 */
export function parseImageConfig(bytes: Uint8Array, layerCount: number, file: string): ImageConfig {
  const value = parseJson(bytes, file, { maxBytes: MAX_DOCUMENT_BYTES, maxDepth: 64 });
  const { os, architecture, variant, rootfs } = decodeOrThrow(CONFIG, value, file);
  const diffIds = rootfs.diff_ids ?? [];
  if (diffIds.length !== layerCount) {
    throw fail('OCI_MANIFEST_INVALID', `the config names ${diffIds.length} layers and the manifest ${layerCount}`, {
      place: { file, pointer: '/rootfs/diff_ids' },
    });
  }
  return {
    platform: { os, architecture, ...(variant === undefined || variant === '' ? {} : { variant }) },
    diffIds,
  };
}
