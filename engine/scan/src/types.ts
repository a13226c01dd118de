import type { Digest } from '@stella-ops/engine-kernel';
import type { Inventory } from '@stella-ops/engine-inventory';

/** Bounds on what one layer (or directory) may cost. Beyond them a scan fails or records a gap; it never grows on. */
export interface ScanLimits {
  /** Members of a layer, files of a directory. Default 2,000,000. */
  readonly maxEntries?: number;
  /** Uncompressed bytes of a layer. Default 64 GiB. */
  readonly maxLayerBytes?: number;
  /** Uncompressed bytes per stored byte. Default 500. */
  readonly maxRatio?: number;
  /** Bytes of manifests and databases that are read in one layer; what comes after is a gap. Default 512 MiB. */
  readonly maxContentBytes?: number;
  /** Bytes of paths that are kept of one layer. Default 128 MiB. */
  readonly maxPathBytes?: number;
}

/**
 * Where facts of layers are kept between scans: `directoryRecords` of `engine-blobs` is one. A record that is damaged
 * or gone reads as `undefined`. Whoever can write to it can change what scans find.
 */
export interface FactsCache {
  get(area: string, key: Digest): Promise<Uint8Array | undefined>;
  put(area: string, key: Digest, bytes: Uint8Array): Promise<void>;
}

export interface ScanProgress {
  readonly layersDone: number;
  readonly layersTotal: number;
  /** Stored bytes of layers that are done. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface ScanStats {
  readonly layersRead: number;
  readonly layersCached: number;
  /** Stored bytes that were read, second readings included. */
  readonly bytesRead: number;
  /** Members of layers, or files and directories, that were looked at. */
  readonly entries: number;
}

export interface ScanResult {
  readonly inventory: Inventory;
  readonly stats: ScanStats;
}
