import type { VexDocument, VexSnapshot, VexStatement } from '@stella-ops/contracts/excititor';
import type { DocumentRow } from '../store/documents.ts';
import type { SnapshotRow } from '../store/snapshots.ts';
import type { StatementRow } from '../store/statements.ts';

export function documentOf(row: DocumentRow): VexDocument {
  return {
    digest: row.digest,
    documentId: row.document_id,
    author: row.author,
    timestamp: row.said_at,
    statements: row.statements,
    provider: row.provider,
    receivedAt: row.received_at,
  };
}

export function statementOf(row: StatementRow): VexStatement {
  return {
    documentDigest: row.document_digest,
    index: row.index,
    vulnerability: row.vulnerability,
    products: [...row.products],
    productCount: row.product_count,
    subcomponents: [...row.subcomponents],
    status: row.status,
    justification: row.justification,
    timestamp: row.said_at,
  };
}

export function snapshotOf(row: SnapshotRow): VexSnapshot {
  return { id: row.id, digest: row.digest, documents: row.documents, createdAt: row.created_at };
}
