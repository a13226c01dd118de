export type Order = -1 | 0 | 1;

/** One ecosystem's order of versions: total, antisymmetric, transitive; never throws. */
export interface Comparator {
  /** `dpkg`, `semver`, `pep440`, `go`, … */
  readonly id: string;
  /**
   * False where the ecosystem's grammar refuses the text. Such a version still has a place in the order (the lowest,
   * where the ecosystem's own tool gives it none), but is to be reported as low confidence.
   */
  isValid(version: string): boolean;
  compare(a: string, b: string): Order;
  /** Bytes whose unsigned lexicographic order is the order of the versions: what the advisory index stores. */
  sortKey(version: string): Uint8Array;
}

/** A package URL, decoded (ECMA-427 / purl-spec). `name` and `namespace` are not percent-encoded. */
export interface Purl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly subpath?: string;
}
