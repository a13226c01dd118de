import type { Digest } from '@stella-ops/engine-kernel';

/** What was looked at. `digest` is the platform manifest of an image; a directory has none. */
export interface Subject {
  readonly kind: 'image' | 'directory' | 'sbom';
  /** As the caller named it, without secrets. */
  readonly name: string;
  /** Platform manifest digest. For docker-archives without a manifest: the config digest. */
  readonly digest?: Digest;
  /** Of an `sbom`: the image that the document says it describes. A claim; `digest` is then that of the document. */
  readonly describes?: Digest;
  readonly configDigest?: Digest;
  readonly indexDigest?: Digest;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

/** From os-release(5). */
export interface Distro {
  readonly id: string;
  readonly versionId?: string;
  readonly codename?: string;
  readonly prettyName?: string;
  readonly idLike?: readonly string[];
}

export interface Layer {
  /** Digest of the blob as stored (compressed). */
  readonly digest: Digest;
  /** From the image config; claimed, decides nothing unless `diffIdVerified`. */
  readonly diffId?: Digest;
  readonly diffIdVerified?: boolean;
  readonly sizeBytes: number;
}

export interface Location {
  /** Relative to the image root, no leading slash. */
  readonly path: string;
  readonly layer?: Digest;
}

/** How sure the name and version are: read from the package manager's own record, worked out, or said by a foreign SBOM. */
export type EvidenceGrade = 'exact' | 'derived' | 'claimed';

/** One package. Two finds of the same purl are one component with two locations. */
export interface Component {
  /** Unique in the inventory: the purl where there is one, else the SBOM's own reference. */
  readonly ref: string;
  readonly kind: 'library' | 'application' | 'operating-system' | 'file' | 'other';
  /** purl type (`deb`, `npm`, `pypi`, `golang`, …) or `generic`. */
  readonly type: string;
  /** Full name as its ecosystem writes it: `@scope/name`, `github.com/org/mod`, `openssl`. */
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  /** Source package of OS packages: advisories of Debian and Alpine are keyed by it. */
  readonly source?: { readonly name: string; readonly version: string };
  readonly architecture?: string;
  /** Declared licences as found, sorted. */
  readonly licenses?: readonly string[];
  readonly supplier?: string;
  readonly hashes?: readonly { readonly algorithm: string; readonly value: string }[];
  /** Sorted by path, then layer. */
  readonly locations: readonly Location[];
  readonly evidence: { readonly analyzer: string; readonly grade: EvidenceGrade };
  readonly properties?: Readonly<Record<string, string>>;
}

export interface Relation {
  readonly from: string;
  readonly to: string;
  readonly kind: 'depends-on' | 'contains';
}

/** Something that could not be read or decided. An inventory with gaps must never pass for a complete one. */
export interface Gap {
  /** Stable, `UPPER_SNAKE`, e.g. `DPKG_STATUS_UNREADABLE`. */
  readonly code: string;
  readonly path?: string;
  readonly layer?: Digest;
  /** One sentence. */
  readonly detail: string;
}

/**
 * Everything found in an image. All lists are sorted (components by ref, relations by from/to/kind, gaps by
 * code/path/detail), so that equal content has equal bytes whatever the order of work.
 */
export interface Inventory {
  readonly format: 'stella.inventory/v1';
  readonly subject: Subject;
  readonly distro?: Distro;
  readonly layers: readonly Layer[];
  readonly components: readonly Component[];
  readonly relations: readonly Relation[];
  readonly gaps: readonly Gap[];
  /** Analyzer id → version. A higher version means that facts of the same layer may differ. */
  readonly analyzers: Readonly<Record<string, number>>;
}
