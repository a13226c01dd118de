import type { AdvisorySnapshot, Observation } from '@stella-ops/contracts/concelier';
import type { ObservationRow } from '../store/observations.ts';
import type { SnapshotRow } from '../store/snapshots.ts';

export function observationOf(row: ObservationRow): Observation {
  return {
    digest: row.digest,
    advisoryId: row.advisory_id,
    source: row.source,
    modified: row.modified,
    isWithdrawn: row.is_withdrawn,
    aliases: [...row.aliases],
    summary: row.summary,
    packages: row.packages.map(([ecosystem, name]) => ({ ecosystem, name })),
    packageCount: row.package_count,
    receivedAt: row.received_at,
  };
}

export function snapshotOf(row: SnapshotRow): AdvisorySnapshot {
  return {
    id: row.id,
    digest: row.digest,
    indexDigest: row.index_digest,
    records: row.records,
    sizeBytes: Number(row.size_bytes),
    createdAt: row.created_at,
  };
}
