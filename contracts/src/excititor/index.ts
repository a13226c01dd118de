import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { bytes, defineRoute } from '../route.ts';
import { Digest, Id, Timestamp } from '../schemas.ts';

export const EXCITITOR_ERRORS = {
  VEX_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Send an OpenVEX 0.2.0 document.' },
} as const satisfies ErrorTable;

export const VexDocument = z.object({
  digest: Digest,
  /** `@id` of the document. */
  documentId: z.string(),
  author: z.string().nullable(),
  timestamp: z.string().nullable(),
  statements: z.int(),
  provider: z.string(),
  receivedAt: Timestamp,
});
export type VexDocument = z.infer<typeof VexDocument>;

export const VexStatement = z.object({
  documentDigest: Digest,
  /** Among the statements of the document that can be read, from 0. */
  index: z.int(),
  vulnerability: z.string(),
  /** At most 100 are listed, each cut at 1,000 characters. */
  products: z.array(z.string()),
  productCount: z.int(),
  /** What inside the products it speaks of, at most 100; empty: the products as a whole. */
  subcomponents: z.array(z.string()),
  status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
  justification: z.string().nullable(),
  timestamp: z.string().nullable(),
});
export type VexStatement = z.infer<typeof VexStatement>;

export const VexSnapshot = z.object({
  id: Id,
  /** Of the canonical JSON list of document digests: `{"format":"stella.vex-snapshot/v1","documents":[…sorted]}`. */
  digest: Digest,
  documents: z.int(),
  createdAt: Timestamp,
});
export type VexSnapshot = z.infer<typeof VexSnapshot>;

export const EXCITITOR_ROUTES = {
  importVex: defineRoute({
    id: 'excititor.documents.import',
    method: 'POST',
    path: '/api/v1/vex/import',
    summary: 'Import an OpenVEX document; it is part of the next snapshot at once',
    scopes: ['vex.ingest'],
    query: z.strictObject({ provider: z.string().min(1).max(100).default('upload') }),
    body: bytes('application/json', 'application/octet-stream'),
    responses: {
      200: z.object({
        document: VexDocument,
        snapshot: VexSnapshot,
        isNew: z.boolean(),
        warnings: z.array(z.string()),
      }),
    },
    errors: { VEX_INVALID: EXCITITOR_ERRORS.VEX_INVALID },
    maxBodyBytes: 64 * 1024 ** 2,
  }),
  listDocuments: defineRoute({
    id: 'excititor.documents.list',
    method: 'GET',
    path: '/api/v1/vex/documents',
    summary: 'List VEX documents, newest first',
    scopes: ['vex.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(VexDocument) },
    errors: {},
    paging: true,
  }),
  getDocument: defineRoute({
    id: 'excititor.documents.get',
    method: 'GET',
    path: '/api/v1/vex/documents/{digest}',
    summary: 'Download one document exactly as it was received',
    scopes: ['vex.read'],
    params: z.strictObject({ digest: Digest }),
    responses: { 200: bytes('application/json') },
    errors: {},
  }),
  listStatements: defineRoute({
    id: 'excititor.statements.list',
    method: 'GET',
    path: '/api/v1/vex/statements',
    summary: 'List what documents say about a vulnerability, side by side',
    scopes: ['vex.read'],
    query: z.strictObject({ ...pageQuery, vulnerability: z.string().min(1).max(200).optional() }),
    responses: { 200: pageOf(VexStatement) },
    errors: {},
    paging: true,
  }),
  listSnapshots: defineRoute({
    id: 'excititor.snapshots.list',
    method: 'GET',
    path: '/api/v1/vex/snapshots',
    summary: 'List snapshots, newest first: the first one is current',
    scopes: ['vex.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(VexSnapshot) },
    errors: {},
    paging: true,
  }),
} as const;

export const EXCITITOR_EVENTS = {
  snapshotCreated: defineEvent({
    type: 'excititor.snapshot.created',
    version: 1,
    summary: 'There is a new current VEX snapshot',
    scope: 'vex.read',
    data: z.strictObject({ snapshotId: Id, digest: Digest, documents: z.int() }),
  }),
} as const;
