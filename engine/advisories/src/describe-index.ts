import type { Digest, Timestamp } from '@stella-ops/engine-kernel';
import type { AdvisoryIndex } from './index-file/open-index.ts';
import type { EcosystemInfo } from './lookup/advisory-lookup.ts';

/** What an index holds, for people and for `--format json`. */
export interface IndexDescription {
  readonly format: string;
  readonly snapshot: Digest;
  readonly records: number;
  readonly withdrawn: number;
  readonly packages: number;
  /** Absent when the index holds no record. */
  readonly newestModified?: Timestamp;
  readonly ecosystems: readonly EcosystemInfo[];
  readonly totalBytes: number;
  /** All that matching can touch. */
  readonly hotBytes: number;
}

export function describeIndex({ info, totalBytes, hotBytes }: AdvisoryIndex): IndexDescription {
  const { format, snapshot, records, withdrawn, newestModified, ecosystems } = info;
  return {
    format,
    snapshot,
    records,
    withdrawn,
    packages: ecosystems.reduce((sum, row) => sum + row.packages, 0),
    ...(newestModified !== undefined && { newestModified }),
    ecosystems,
    totalBytes,
    hotBytes,
  };
}
