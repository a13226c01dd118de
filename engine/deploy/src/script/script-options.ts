import type { PlannedImage } from '@stella-ops/engine-compose';
import type { Digest } from '@stella-ops/engine-kernel';

/** An image whose files are unpacked; the images of `engine/oci` are such. */
export interface ArchiveImage {
  readonly manifestDigest?: Digest;
  readonly configDigest: Digest;
  /** Lowest first. */
  readonly layers: readonly ArchiveLayer[];
  close(): Promise<void>;
}

export interface ArchiveLayer {
  /** Of the stored bytes. */
  readonly digest: Digest;
  readonly compression: 'none' | 'gzip' | 'zstd' | 'sniff';
  readonly isForeign: boolean;
  /** Not verified. */
  open(): AsyncIterable<Uint8Array>;
}

export interface ScriptExecutorOptions {
  /** The folder of the target: `releases/<digest>`, `current`, `stella.version.json`. */
  readonly root: string;
  /** Opens an image at its registry; needed for templates with an archive only. */
  readonly openImage?: (image: PlannedImage, signal: AbortSignal) => Promise<ArchiveImage>;
  /** Where hooks look for programs. */
  readonly path?: string;
}
