import { EXCITITOR_EVENTS, type VexDocument, type VexSnapshot } from '@stella-ops/contracts/excititor';
import { type AppError, canonicalBytes, type Digest, sortedUnique } from '@stella-ops/engine-kernel';
import type { VexNotice } from '@stella-ops/engine-vex';
import { retryConflicts } from '@stella-ops/platform/database';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Transaction } from 'kysely';
import type { DocumentDraft } from '../domain/document-draft.ts';
import { readDocument } from '../domain/read-document.ts';
import { documentOf, snapshotOf } from '../domain/wire-rows.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { addDocument, documentDigests, type DocumentRow, findDocument } from '../store/documents.ts';
import { raiseVersion, versionOf } from '../store/head.ts';
import { addSnapshot, newestSnapshot, type SnapshotRow } from '../store/snapshots.ts';
import { addStatements } from '../store/statements.ts';

export interface ImportVexReply {
  readonly status: 200;
  readonly body: {
    readonly document: VexDocument;
    readonly snapshot: VexSnapshot;
    readonly isNew: boolean;
    readonly warnings: string[];
  };
}

/** Of two processes that add documents to one tenant one starts again. */
const ATTEMPTS = 10;

/**
 * Keeps a document as it was received and makes the snapshot with it, in one change. A document that is there already
 * changes nothing.
 *
 * @throws AppError `VEX_INVALID` with the place of the first fault and all violations
 */
export async function importVex(
  parts: Parts,
  context: RequestContext,
  input: { readonly bytes: Buffer; readonly provider: string },
): Promise<ImportVexReply> {
  const { host, record, turns, maxStatements } = parts;
  const { tenantId } = context.caller;
  const reading = await readDocument(input.bytes, context.signal);
  if (!reading.ok || reading.document.statements.length > maxStatements) {
    record.documents(1, { outcome: 'invalid' });
    throw reading.ok
      ? fail('VEX_INVALID', `the document has more than ${maxStatements} statements`, {
          place: { pointer: '/statements' },
        })
      : invalid(reading.violations);
  }
  await host.objects.tenant(tenantId, 'vex-documents').put(input.bytes);
  const warnings = [...reading.warnings];
  const reply = await turns.take(tenantId, () =>
    retryConflicts(ATTEMPTS, () =>
      addOnce(parts, context, { draft: reading.document, provider: input.provider, warnings }),
    ),
  );
  record.documents(1, { outcome: reply.body.isNew ? 'new' : 'known' });
  record.snapshotTime(Date.parse(reply.body.snapshot.createdAt) / 1000, { tenant: tenantId });
  return reply;
}

interface Adding {
  readonly draft: DocumentDraft;
  readonly provider: string;
  readonly warnings: string[];
}

/** @throws AppError `DATABASE_CONFLICT` when another process added a document between reading and writing */
async function addOnce(
  parts: Parts,
  context: RequestContext,
  { draft, provider, warnings }: Adding,
): Promise<ImportVexReply> {
  const { host, ids } = parts;
  const { tenantId } = context.caller;
  const known = await host.database.withTenant(
    tenantId,
    async (tx: Transaction<unknown>) => ({
      version: await versionOf(tx, tenantId),
      document: await findDocument(tx, tenantId, draft.digest),
      snapshot: await newestSnapshot(tx, tenantId),
      digests: await documentDigests(tx, tenantId),
    }),
    { isReadOnly: true },
  );
  if (known.document !== undefined && known.snapshot !== undefined) {
    const body = { document: documentOf(known.document), snapshot: snapshotOf(known.snapshot), isNew: false, warnings };
    return { status: 200, body };
  }
  const documents = sortedUnique([...known.digests, draft.digest]) as Digest[];
  const list = await host.objects.tenant(tenantId, 'vex-snapshots').put(snapshotBytes(documents));

  return host.change(context, async (tx, change) => {
    if (!(await raiseVersion(tx, tenantId, known.version))) {
      throw fail('DATABASE_CONFLICT', 'another document was added meanwhile');
    }
    const document: DocumentRow = {
      id: ids.uuid(),
      digest: draft.digest,
      document_id: draft.documentId,
      author: draft.author,
      said_at: draft.saidAt,
      statements: draft.statements.length,
      provider,
      received_at: change.at,
    };
    const snapshot: SnapshotRow = {
      id: ids.uuid(),
      digest: list.digest,
      documents: documents.length,
      created_at: change.at,
    };
    await addDocument(tx, tenantId, document);
    await addStatements(tx, tenantId, document.id, draft.statements);
    await addSnapshot(tx, tenantId, snapshot);
    await change.publish(EXCITITOR_EVENTS.snapshotCreated, {
      snapshotId: snapshot.id,
      digest: snapshot.digest,
      documents: snapshot.documents,
    });
    change.audit(
      { type: 'vex-document', id: document.digest },
      { provider, statements: document.statements, snapshot: snapshot.digest },
    );
    const body = { document: documentOf(document), snapshot: snapshotOf(snapshot), isNew: true, warnings };
    return { status: 200 as const, body };
  });
}

/** The object whose digest is the snapshot's identity. @param documents sorted */
export function snapshotBytes(documents: readonly Digest[]): Buffer {
  return canonicalBytes({ format: 'stella.vex-snapshot/v1', documents });
}

function invalid(violations: readonly VexNotice[]): AppError {
  const [first] = violations;
  const { line, column, pointer = '', message = 'not an OpenVEX document' } = first ?? {};
  const place = line === undefined ? { pointer } : { line, ...(column === undefined ? {} : { column }) };
  return fail('VEX_INVALID', pointer === '' ? message : `${pointer}: ${message}`, {
    place,
    details: { violations: violations.slice(0, 100).map((one) => ({ pointer: one.pointer, message: one.message })) },
  });
}
