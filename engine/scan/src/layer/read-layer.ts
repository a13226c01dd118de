import type { Digest } from '@stella-ops/engine-kernel';
import type { ImageLayer } from '@stella-ops/engine-oci';
import type { Analyzer } from '../analyzers/analyzer.ts';
import type { ScanLimits } from '../types.ts';
import { LayerCollector } from './layer-collector.ts';
import type { LayerFacts } from './layer-facts.ts';
import { pourLayer, type PourOptions } from './pour-layer.ts';

export interface ReadLayerOptions extends PourOptions {
  readonly analyzers: readonly Analyzer[];
  readonly limits: Required<ScanLimits>;
}

/** One pass over a layer. @throws AppError as {@link pourLayer}, and `LAYER_TOO_LARGE` */
export async function readLayer(
  layer: ImageLayer,
  options: ReadLayerOptions,
): Promise<{ readonly facts: LayerFacts; readonly bytesRead: number }> {
  let collector: LayerCollector | undefined;
  const poured = await pourLayer(layer, options, (readAt) => {
    collector = new LayerCollector(options.analyzers, options.limits, readAt);
    return collector;
  });
  return { facts: factsOf(collector, poured.diffId), bytesRead: poured.bytesRead };
}

function factsOf(collector: LayerCollector | undefined, diffId: Digest | undefined): LayerFacts {
  if (collector === undefined) throw new Error('the layer was not read');
  return collector.finish(diffId);
}
