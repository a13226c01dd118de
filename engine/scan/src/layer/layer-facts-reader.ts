import type { Digest } from '@stella-ops/engine-kernel';
import type { ImageLayer } from '@stella-ops/engine-oci';
import type { Analyzer } from '../analyzers/analyzer.ts';
import type { FactsCache, ScanLimits, ScanStats } from '../types.ts';
import type { Answer, Question } from './answer.ts';
import { AnswerReader } from './answer-reader.ts';
import { decodeAnswers, decodeFacts, encodeAnswers, encodeFacts, factsKey } from './facts-record.ts';
import type { LayerFacts } from './layer-facts.ts';
import { pourLayer, type PourOptions } from './pour-layer.ts';
import { readLayer } from './read-layer.ts';

/** Area of the cache that holds facts of layers. */
export const FACTS_AREA = 'layer-facts';

export interface LayerFactsReaderOptions {
  readonly analyzers: readonly Analyzer[];
  readonly limits: Required<ScanLimits>;
  readonly verifyDiffIds: boolean;
  readonly cache?: FactsCache;
}

/** Facts of layers, from the cache or by reading; each layer is read at most once. */
export class LayerFactsReader {
  readonly #options: LayerFactsReaderOptions;
  readonly #pour: PourOptions;
  readonly #facts = new Map<Digest, Promise<LayerFacts>>();
  #stats = { layersRead: 0, layersCached: 0, bytesRead: 0, entries: 0 };

  constructor(options: LayerFactsReaderOptions) {
    this.#options = options;
    this.#pour = {
      limits: options.limits,
      verifyDiffId: options.verifyDiffIds,
      // What goes into a cache is found again by the layer's digest: it must have been true.
      trustPlain: options.cache === undefined,
    };
  }

  get stats(): ScanStats {
    return this.#stats;
  }

  /** @throws AppError as `pourLayer` */
  factsOf(layer: ImageLayer): Promise<LayerFacts> {
    let facts = this.#facts.get(layer.digest);
    if (facts === undefined) this.#facts.set(layer.digest, (facts = this.#load(layer)));
    return facts;
  }

  /** Answers from the cache or by a second reading. @throws AppError as `pourLayer` */
  async answer(layer: ImageLayer, questions: readonly Question[]): Promise<readonly Answer[]> {
    const { cache, analyzers, limits } = this.#options;
    const key = factsKey(layer.digest, analyzers, limits, questions);
    const record = await cache?.get(FACTS_AREA, key);
    const kept = record && decodeAnswers(layer.digest, record);
    if (kept !== undefined) return kept;
    const taker = new AnswerReader(questions, analyzers);
    const { bytesRead } = await pourLayer(layer, this.#pour, () => taker);
    this.#stats.bytesRead += bytesRead;
    const answers = taker.finish();
    await cache?.put(FACTS_AREA, key, encodeAnswers(layer.digest, answers));
    return answers;
  }

  async #load(layer: ImageLayer): Promise<LayerFacts> {
    const { cache, analyzers, limits, verifyDiffIds } = this.#options;
    const key = factsKey(layer.digest, analyzers, limits);
    const record = await cache?.get(FACTS_AREA, key);
    const kept = record && decodeFacts(layer.digest, record);
    // Where diff ids are to be verified, facts that were kept without one do not serve.
    if (kept !== undefined && (!verifyDiffIds || kept.diffId === layer.diffId)) {
      this.#stats.layersCached++;
      this.#stats.entries += kept.entries;
      return kept;
    }
    const { facts, bytesRead } = await readLayer(layer, { ...this.#pour, analyzers });
    this.#stats.layersRead++;
    this.#stats.bytesRead += bytesRead;
    this.#stats.entries += facts.entries;
    await cache?.put(FACTS_AREA, key, encodeFacts(layer.digest, facts));
    return facts;
  }
}
