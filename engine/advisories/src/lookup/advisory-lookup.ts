import type { Digest } from '@stella-ops/engine-kernel';
import type { Posting } from '../index-file/posting.ts';
import type { RecordMeta } from '../index-file/record-block.ts';
import type { Severity } from '../types.ts';

export interface EcosystemInfo {
  /** OSV ecosystem as the records write it. */
  readonly ecosystem: string;
  /** Records that name a package of it. */
  readonly records: number;
  readonly packages: number;
  /** Id of the comparator; absent where versions cannot be ordered yet. */
  readonly comparator?: string;
}

/** What the matcher asks. An index file and a slice answer alike. */
export interface AdvisoryLookup {
  readonly snapshot: Digest;
  /** Every ecosystem of the records, by name, in order. */
  readonly ecosystems: ReadonlyMap<string, EcosystemInfo>;
  /** @param name normalised (`normaliseName`) */
  lookup(ecosystem: string, name: string): Posting | undefined;
  meta(record: number): RecordMeta;
  severity(number: number): Severity;
}
