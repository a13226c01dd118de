import type { Digest, Timestamp } from '@stella-ops/engine-kernel';

/** Integer version of the matching rules. It changes only when output may change (ARCHITECTURE, section 1). */
export const MATCH_SEMANTICS = 1;

export interface Severity {
  /** `CVSS_V2`, `CVSS_V3`, `CVSS_V4`, `Ubuntu`, … as in OSV. */
  readonly type: string;
  /** Vector or word, as in the record. */
  readonly score: string;
}

export type SeverityLevel = 'none' | 'low' | 'medium' | 'high' | 'critical' | 'unknown';

export interface RangeEvent {
  readonly kind: 'introduced' | 'fixed' | 'last_affected' | 'limit';
  readonly version: string;
}

export interface VersionRange {
  readonly type: 'SEMVER' | 'ECOSYSTEM' | 'GIT';
  /** In the record's order. */
  readonly events: readonly RangeEvent[];
}

export interface AffectedPackage {
  /** OSV ecosystem as written, with suffix: `Debian:12`, `PyPI`. */
  readonly ecosystem: string;
  /** Normalised for look-up. */
  readonly name: string;
  readonly ranges: readonly VersionRange[];
  readonly versions: readonly string[];
  readonly severities: readonly Severity[];
}

/** An OSV record compiled to what matching needs. The raw bytes are kept beside it and known by `digest`. */
export interface Advisory {
  readonly id: string;
  readonly digest: Digest;
  readonly modified: Timestamp;
  readonly published?: Timestamp;
  readonly withdrawn?: Timestamp;
  readonly aliases: readonly string[];
  readonly upstream: readonly string[];
  readonly summary?: string;
  readonly severities: readonly Severity[];
  readonly affected: readonly AffectedPackage[];
}

/** Coverage of one ecosystem of an inventory: silence must never read as clean. */
export interface CoverageRow {
  /** purl type, with distribution where there is one: `deb debian-12`, `npm`, `pypi`, `golang`. */
  readonly ecosystem: string;
  readonly components: number;
  /** Records of the snapshot for this ecosystem. */
  readonly records: number;
  /** `evaluated`; `no-source`: the snapshot holds no record of it; `no-comparator`: records are there, their versions cannot be ordered yet. */
  readonly state: 'evaluated' | 'no-source' | 'no-comparator';
  readonly sentence: string;
}

/** A record that names a package of the inventory, exactly as received. */
export interface SliceRecord {
  readonly id: string;
  readonly digest: Digest;
  /** The record's bytes as UTF-8 text. */
  readonly raw: string;
}

/** The canonical set of records that concern an inventory, cut out of a snapshot. */
export interface Slice {
  readonly format: 'stella.slice/v1';
  readonly inventory: Digest;
  /** Identity of the snapshot (of the index file's content) the slice was cut from. */
  readonly snapshot: Digest;
  /** Sorted by id, then digest. */
  readonly records: readonly SliceRecord[];
  readonly coverage: readonly CoverageRow[];
}

/** What decided, in a form a person can follow. */
export interface MatchTrace {
  /** The key that was looked up, ecosystem and package: `Debian:12/openssl`, `PyPI/urllib3`. */
  readonly key: string;
  readonly record: string;
  readonly recordDigest: Digest;
  /** `version-list`, `range`, `not-evaluated`. */
  readonly decidedBy: 'version-list' | 'range' | 'not-evaluated';
  /** The event pair that decided, e.g. introduced 0, fixed 2.0.7. */
  readonly introduced?: string;
  readonly fixed?: string;
  readonly lastAffected?: string;
  readonly comparator?: string;
  /** One sentence: `1.26.4 is at or after 1.0 and before 1.26.5 (pep440)`. */
  readonly sentence: string;
}

/** exact: package manager's record against a vendor or ecosystem feed; derived: worked out; claimed: from a foreign SBOM; low: an unparsable version took part. */
export type MatchGrade = 'exact' | 'derived' | 'claimed' | 'low';

/** What the exploitability documents say about a finding. */
export interface VexAnswer {
  readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation';
  readonly justification?: string;
  readonly statement?: string;
  readonly document: Digest;
  readonly author?: string;
  readonly timestamp: Timestamp;
  /** Other statements on the same product that lost, newest first. */
  readonly overruled: readonly { readonly status: string; readonly document: Digest; readonly timestamp: Timestamp }[];
}

/** One vulnerability in one component. Records that are aliases of each other are one finding. */
export interface Finding {
  /** Preferred id: CVE, else GHSA, else the first in order. */
  readonly vulnerability: string;
  /** Every other name, sorted. */
  readonly aliases: readonly string[];
  /** Ids of the records behind it, sorted. */
  readonly records: readonly string[];
  readonly component: string;
  readonly purl?: string;
  readonly package: string;
  readonly installedVersion: string;
  /** Distinct fixed versions above the installed one, lowest first; empty when no fix is known. */
  readonly fixedVersions: readonly string[];
  readonly severity: {
    readonly level: SeverityLevel;
    readonly score?: number;
    readonly vector?: string;
    readonly source?: string;
  };
  readonly file?: string;
  readonly layer?: Digest;
  /** `affected`, or `not-evaluated` with the reason in the trace. */
  readonly state: 'affected' | 'not-evaluated';
  readonly vex?: VexAnswer;
  readonly reachability: 'unknown';
  readonly grade: MatchGrade;
  readonly trace: readonly MatchTrace[];
}

/** Result of matching: what `stella findings match --format json` prints and a policy judges. */
export interface Findings {
  readonly format: 'stella.findings/v1';
  readonly inventory: Digest;
  readonly snapshot: Digest;
  readonly findings: readonly Finding[];
  readonly coverage: readonly CoverageRow[];
}
