import { assembleInventory, type Gap, type Layer } from '@stella-ops/engine-inventory';
import type { Image, ImageLayer } from '@stella-ops/engine-oci';
import { ANALYZERS, analyzerVersions } from './analyzers/list.ts';
import { LayerFactsReader } from './layer/layer-facts-reader.ts';
import { withDefaults } from './limits.ts';
import { mergeLayers } from './merge/merge-layers.ts';
import type { StackedLayer } from './merge/layer-stack.ts';
import type { FactsCache, ScanLimits, ScanProgress, ScanResult } from './types.ts';

export interface ScanImageOptions {
  /** Without one every layer is read, and plain layers of docker-archives are trusted to be what their config claims. */
  readonly cache?: FactsCache;
  /** Layers that are read at the same time. Default 2: while one inflates in the thread pool, the other is walked. */
  readonly concurrency?: number;
  readonly limits?: ScanLimits;
  /** Hash the uncompressed bytes too and hold them against the config. */
  readonly verifyDiffIds?: boolean;
  readonly onProgress?: (progress: ScanProgress) => void;
}

/**
 * Finds the packages in an image. Every layer is read once and must have its digest; what was found in it before is
 * taken from the cache. The inventory depends on the bytes of the image alone: not on the order in a tar, on the number
 * of layers read at a time, or on the cache.
 *
 * @throws AppError `LAYER_*`, `TAR_*`, `COMPRESSION_*` for a layer that cannot be read or is not what the image says
 */
export async function scanImage(image: Image, options: ScanImageOptions = {}): Promise<ScanResult> {
  const { cache, concurrency = 2, verifyDiffIds = false, onProgress } = options;
  const reader = new LayerFactsReader({
    analyzers: ANALYZERS,
    limits: withDefaults(options.limits),
    verifyDiffIds,
    ...(cache !== undefined && { cache }),
  });
  const present = image.layers.filter(({ isForeign }) => !isForeign);
  await readAll(present, Math.max(concurrency, 1), reader, onProgress);

  const stacked: (StackedLayer & { readonly layer: ImageLayer })[] = [];
  for (const layer of present) stacked.push({ layer, digest: layer.digest, facts: await reader.factsOf(layer) });
  const merged = await mergeLayers(stacked, ANALYZERS, 'image', (index, questions) =>
    reader.answer((stacked[index] as (typeof stacked)[number]).layer, questions),
  );
  const inventory = assembleInventory({
    subject: {
      kind: 'image',
      name: image.name,
      ...((image.manifestDigest ?? image.configDigest) && { digest: image.manifestDigest ?? image.configDigest }),
      configDigest: image.configDigest,
      ...(image.indexDigest !== undefined && { indexDigest: image.indexDigest }),
      platform: image.platform,
    },
    distro: merged.distro,
    layers: await Promise.all(image.layers.map((layer) => describeLayer(layer, reader, verifyDiffIds))),
    components: merged.components,
    relations: merged.relations,
    gaps: [...merged.gaps, ...foreignGaps(image.layers)],
    analyzers: analyzerVersions(),
  });
  return { inventory, stats: reader.stats };
}

/** Largest layer first, so that no core waits for a last long one. */
async function readAll(
  layers: readonly ImageLayer[],
  concurrency: number,
  reader: LayerFactsReader,
  onProgress: ScanImageOptions['onProgress'],
): Promise<void> {
  const queue = layers.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  const bytesTotal = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const errors = new Map<ImageLayer, unknown>();
  let layersDone = 0;
  let bytesDone = 0;
  const work = async (): Promise<void> => {
    for (let layer = queue.shift(); layer !== undefined && errors.size === 0; layer = queue.shift()) {
      try {
        await reader.factsOf(layer);
      } catch (error) {
        errors.set(layer, error);
      }
      bytesDone += layer.sizeBytes;
      onProgress?.({ layersDone: ++layersDone, layersTotal: layers.length, bytesDone, bytesTotal });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, queue.length) }, work));
  const failed = layers.find((layer) => errors.has(layer));
  if (failed !== undefined) throw errors.get(failed);
}

/** Whether a claim was verified stands in the inventory only where that was asked for: a cache must not change its bytes. */
async function describeLayer(layer: ImageLayer, reader: LayerFactsReader, verifyDiffIds: boolean): Promise<Layer> {
  const { digest, diffId, sizeBytes, isForeign } = layer;
  const computed = isForeign || !verifyDiffIds ? undefined : (await reader.factsOf(layer)).diffId;
  return {
    digest,
    ...(diffId !== undefined && { diffId }),
    ...(computed !== undefined && computed === diffId && { diffIdVerified: true }),
    sizeBytes,
  };
}

function foreignGaps(layers: readonly ImageLayer[]): Gap[] {
  return layers
    .filter(({ isForeign }) => isForeign)
    .map(({ digest }) => ({
      code: 'LAYER_FOREIGN',
      layer: digest,
      detail: 'a layer that must not be fetched was not read',
    }));
}
