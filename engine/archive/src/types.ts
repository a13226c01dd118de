import type { Timestamp } from '@stella-ops/engine-kernel';

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
  /** Only links have one. A symlink's is as written, resolve it yourself; a hard link's names a member and is in normal form as `path` is. */
  readonly linkTarget?: string;
  /** A sparse member (GNU): the payload is not the content. It was reported as a fault and no sink is fed. */
  readonly isSparse?: true;
  /** Offset of the payload from the start of the uncompressed archive. */
  readonly payloadOffset: number;
}

/** Takes the payload of one entry. The chunk is only valid during the call; copy what you keep. */
export interface TarSink {
  write(chunk: Uint8Array): void;
  end(): void;
}

/** What was unsafe or ambiguous in a tar that was read on, and what was made of it. */
export interface TarFault {
  readonly code:
    | 'TAR_PATH_ESCAPES'
    | 'TAR_PATH_INVALID'
    | 'TAR_LINK_ABSOLUTE'
    | 'TAR_AMBIGUOUS'
    | 'TAR_TYPE_UNSUPPORTED'
    | 'TAR_SPARSE_UNSUPPORTED'
    | 'TAR_TRAILING_DATA';
  /** Path of the member after clamping; empty when the fault concerns no member. */
  readonly path: string;
  /** Offset of the member's header (or of the first stray byte) in the uncompressed archive. */
  readonly offset: number;
  /** One sentence. */
  readonly detail: string;
}

export interface TarLimits {
  /** Default 5,000,000. */
  readonly maxEntries?: number;
  /** Of a path or link target, in bytes. Default 4096, PATH_MAX of Linux. */
  readonly maxPathBytes?: number;
  /** Of one extended header. Default 1 MiB. */
  readonly maxPaxBytes?: number;
  /** Payload of one member. Default 64 GiB. */
  readonly maxEntryBytes?: number;
  /** The uncompressed archive. Default 256 GiB. */
  readonly maxTotalBytes?: number;
}

export interface TarReaderOptions {
  /** Called once per member, in archive order. Return a sink to receive the payload; without one it is passed over. */
  onEntry(entry: TarEntry): TarSink | undefined;
  /**
   * Asked before anything is allocated for a member: its path in normal form is `path[start, end)`, UTF-8, valid only
   * during the call; `size` is that of the payload. `false` passes the member over: no `onEntry`, no string. A caller
   * that must see every path, but keeps few (overlay semantics), reads the bytes here.
   */
  wants?(type: TarEntryType, path: Uint8Array, start: number, end: number, size: number): boolean;
  /** `refuse` throws at what is unsafe or ambiguous; a function gets the fault, and the member goes on clamped. */
  readonly onUnsafe: 'refuse' | ((fault: TarFault) => void);
  readonly limits?: TarLimits;
  /** Name of the archive for error places. */
  readonly file?: string;
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
  readonly expected?: string;
  readonly found?: string;
}
