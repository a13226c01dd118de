import { bundleManifest, type BundleMember, packBundle } from '@stella-ops/engine-archive';
import { PREDICATE_TYPES, statementBytes } from '@stella-ops/engine-envelope';
import { canonicalBytes, type Digest, digestOf, hexOf, type Timestamp } from '@stella-ops/engine-kernel';
import type { AuditRange } from './audit-chain.ts';

export const AUDIT_KIND = 'audit';
export const AUDIT_MEDIA_TYPE = 'application/vnd.stella.audit.v1.tar+zstd';
/** One entry a line, in the order of the chain, each as it was hashed. */
export const AUDIT_ENTRIES = 'entries.jsonl';
/** The Sigstore bundle over the statement. */
export const AUDIT_SEAL = 'audit.sigstore.json';

/** Everything that is said about an export of the audit trail, but its entries. */
export interface AuditExport {
  readonly range: AuditRange;
  /** Of `entries.jsonl`. */
  readonly entriesDigest: Digest;
  readonly entriesSizeBytes: number;
  readonly exportedAt: Timestamp;
  readonly exportedBy: { readonly id: string; readonly name: string };
}

/**
 * What is signed about an export: its subjects are the entries and the manifest, which covers every other byte of the
 * package. A verifier makes it again from the entries, so its form is frozen: another form is another predicate type.
 *
 * @throws AppError `ENCODING_INVALID` when `exportedAt` is no time
 */
export function auditStatement(audit: AuditExport): Buffer {
  const { range, exportedAt, exportedBy } = audit;
  const manifest = bundleManifest({ kind: AUDIT_KIND, created: exportedAt, files: [memberOf(audit)] });
  return statementBytes({
    subjects: [
      { name: AUDIT_ENTRIES, digest: audit.entriesDigest },
      { name: 'manifest.json', digest: digestOf(canonicalBytes(manifest)) },
    ],
    predicateType: PREDICATE_TYPES.audit,
    predicate: {
      tenant: range.tenantId,
      first: range.first,
      last: range.last,
      entries: range.entries,
      before: range.before,
      after: range.after,
      firstAt: range.firstAt,
      lastAt: range.lastAt,
      exportedAt,
      exportedBy: { id: exportedBy.id, name: exportedBy.name },
    },
  });
}

/**
 * The package for auditors: a zstd Bundle of kind `audit` with the entries and the signature. In one pass, whatever its size.
 *
 * @param seal Sigstore bundle over {@link auditStatement}
 * @param open the bytes of `entries.jsonl`
 * @throws AppError `BUNDLE_SOURCE_CHANGED` when the entries are not those that were signed; errors of `open` are passed on
 */
export function packAudit(
  audit: AuditExport,
  seal: Uint8Array,
  open: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  return packBundle({
    kind: AUDIT_KIND,
    created: audit.exportedAt,
    files: [{ ...memberOf(audit), open }],
    seal: () => Promise.resolve([{ path: AUDIT_SEAL, content: seal }]),
    compression: 'zstd',
  });
}

const memberOf = ({ entriesDigest, entriesSizeBytes }: AuditExport): BundleMember => ({
  path: AUDIT_ENTRIES,
  size: entriesSizeBytes,
  sha256: hexOf(entriesDigest),
});
