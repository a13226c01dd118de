import type { Digest, Timestamp } from '@stella-ops/engine-kernel';

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character-device' | 'block-device' | 'fifo';

export interface TarEntry {
  /** Normalised: relative, no `.` or `..` parts, no trailing slash. What escaped the root was refused or clamped and reported. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Payload bytes that follow in the archive; 0 for everything but files. */
  readonly size: number;
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** As written; resolve it yourself. Only links have one. */
  readonly linkTarget?: string;
  /** Offset of the payload from the start of the uncompressed archive. */
  readonly payloadOffset: number;
}

/** Takes the payload of one entry. The chunk is only valid during the call; copy what you keep. */
export interface TarSink {
  write(chunk: Uint8Array): void;
  end(): void;
}

/** One file of a Bundle, known by the digest of its uncompressed content. */
export interface BundleMember {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** `manifest.json` of every archive we write; its digest is the identity of the bundle, whatever the compressor. */
export interface BundleManifest {
  readonly format: 'stella.bundle/v1';
  /** `capsule`, `export`, `kit`, … */
  readonly kind: string;
  readonly created: Timestamp;
  /** Sorted by path. Neither the manifest itself, nor checksums.txt, nor the signature files are listed. */
  readonly files: readonly BundleMember[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** A check of a bundle that failed, with the file it is about. */
export interface BundleFault {
  readonly file: string;
  /** `tar-canonical`, `digest`, `size`, `unlisted`, `missing`, `manifest-canonical`, `checksums`, `order`, … */
  readonly check: string;
  readonly detail: string;
  readonly expected?: Digest | string;
  readonly found?: Digest | string;
}
