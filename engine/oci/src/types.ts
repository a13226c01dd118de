import type { Digest } from '@stella-ops/engine-kernel';

/** OCI content descriptor. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly artifactType?: string;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** One image of one platform, resolved to digests, with its blobs still where they are. */
export interface Image {
  /** As the caller named it, without secrets. */
  readonly name: string;
  /** Platform manifest; absent for docker-archives that carry none. */
  readonly manifestDigest?: Digest;
  readonly indexDigest?: Digest;
  readonly configDigest: Digest;
  readonly platform: Platform;
  readonly layers: readonly ImageLayer[];
  /** Raw bytes of manifest (when there is one) and config, verified against their digests. */
  readonly manifest?: Uint8Array;
  readonly config: Uint8Array;
  close(): Promise<void>;
}

export interface ImageLayer {
  /** Digest of the stored blob. A docker-archive's plain layer has none in its manifest: its diff id stands here, and `digestIsDiffId` is true. */
  readonly digest: Digest;
  readonly digestIsDiffId: boolean;
  /** Claimed by the config. */
  readonly diffId?: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** What the bytes are, from the media type; `sniff` when the media type does not say. */
  readonly compression: 'none' | 'gzip' | 'zstd' | 'sniff';
  /** True for layers that must not be fetched (foreign, non-distributable): recorded as a gap. */
  readonly isForeign: boolean;
  /** Where the bytes lie in a local file, so that a scanner can read them by position. Absent for remote layers. */
  readonly file?: { readonly path: string; readonly offset: number };
  /** The stored bytes in order, not verified; the reader hashes them. */
  open(): AsyncIterable<Uint8Array>;
}
