import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { bytes, defineRoute } from '../route.ts';
import { Digest, Id, Timestamp } from '../schemas.ts';

export const EVIDENCE_ERRORS = {
  DECISION_UNKNOWN: { status: 409, exit: EXIT.notFound, hint: 'Check the id of the decision.' },
  DECISION_UNSEALABLE: {
    status: 422,
    exit: EXIT.verification,
    hint: 'The verdict does not follow from the documents as they are stored: have the image judged again.',
  },
  EVIDENCE_LOST: {
    status: 503,
    exit: EXIT.unexpected,
    hint: 'The object store lacks what a packet names: restore it from a backup.',
  },
  ATTESTATION_MISMATCH: {
    status: 502,
    exit: EXIT.verification,
    retryable: true,
    hint: 'The attestor signed something else than it was given: look at it before you go on.',
  },
  AUDIT_RANGE_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Entries are numbered from 1 without gaps; "stella audit list" shows the numbers.',
  },
  AUDIT_RANGE_TOO_LONG: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Export in parts: one that begins where another ended follows it, and is verified with it.',
  },
  AUDIT_BROKEN: {
    status: 409,
    exit: EXIT.verification,
    hint: 'The trail was changed: nothing is signed. See "stella audit verify", and tell whoever runs the server.',
  },
} as const satisfies ErrorTable;

export const EvidenceKind = z.enum(['decision', 'promotion', 'deployment']);

/** Signed record of one decision, or of the end of one promotion or deployment. */
export const EvidencePacket = z.object({
  id: Id,
  kind: EvidenceKind,
  /** Decision id, promotion id, or deployment id. */
  subjectId: z.string(),
  /** Images it is about. */
  imageDigests: z.array(Digest),
  /** One sentence: what it proves. */
  title: z.string(),
  predicateType: z.string(),
  statementDigest: Digest,
  bundleDigest: Digest,
  logIndex: z.int(),
  /** Of decisions. */
  capsuleDigest: Digest.nullable(),
  capsuleSizeBytes: z.int().nullable(),
  sealedAt: Timestamp,
});
export type EvidencePacket = z.infer<typeof EvidencePacket>;

const sequence = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** A part of the audit trail, signed and logged. */
export const AuditExport = z.object({
  id: Id,
  /** Numbers of its first and last entry. */
  first: z.int(),
  last: z.int(),
  /** Hash of the entry before the first: zeros before the entry 1. */
  before: Digest,
  /** Hash of the last entry. */
  after: Digest,
  firstAt: Timestamp,
  lastAt: Timestamp,
  /** Of `entries.jsonl` in the package. */
  entriesDigest: Digest,
  entriesSizeBytes: z.int(),
  statementDigest: Digest,
  bundleDigest: Digest,
  logIndex: z.int(),
  exportedAt: Timestamp,
  exportedBy: z.object({ id: z.string(), name: z.string() }),
});
export type AuditExport = z.infer<typeof AuditExport>;

export const EVIDENCE_ROUTES = {
  listPackets: defineRoute({
    id: 'evidence.packets.list',
    method: 'GET',
    path: '/api/v1/evidence',
    summary: 'List evidence packets, newest first',
    scopes: ['evidence.read'],
    query: z.strictObject({
      ...pageQuery,
      kind: EvidenceKind.optional(),
      imageDigest: Digest.optional(),
      subjectId: z.string().min(1).max(100).optional(),
    }),
    responses: { 200: pageOf(EvidencePacket) },
    errors: {},
    paging: true,
    auditsRead: true,
  }),
  getPacket: defineRoute({
    id: 'evidence.packets.get',
    method: 'GET',
    path: '/api/v1/evidence/{packetId}',
    summary: 'Read an evidence packet',
    scopes: ['evidence.read'],
    params: z.strictObject({ packetId: Id }),
    responses: { 200: EvidencePacket },
    errors: {},
    auditsRead: true,
  }),
  getBundle: defineRoute({
    id: 'evidence.packets.bundle',
    method: 'GET',
    path: '/api/v1/evidence/{packetId}/bundle',
    summary: 'Download the Sigstore bundle of a packet',
    scopes: ['evidence.read'],
    params: z.strictObject({ packetId: Id }),
    responses: { 200: bytes('application/vnd.dev.sigstore.bundle.v0.3+json') },
    errors: { EVIDENCE_LOST: EVIDENCE_ERRORS.EVIDENCE_LOST },
    auditsRead: true,
  }),
  getCapsule: defineRoute({
    id: 'evidence.capsules.get',
    method: 'GET',
    path: '/api/v1/capsules/{capsuleDigest}',
    summary: 'Download a capsule: a decision with everything it depended on, signed',
    scopes: ['evidence.read'],
    params: z.strictObject({ capsuleDigest: Digest }),
    responses: { 200: bytes('application/vnd.stella.capsule.v1.tar+zstd') },
    errors: { EVIDENCE_LOST: EVIDENCE_ERRORS.EVIDENCE_LOST },
    auditsRead: true,
  }),
  sealDecision: defineRoute({
    id: 'evidence.capsules.create',
    method: 'POST',
    path: '/api/v1/capsules',
    summary: 'Seal a decision into a capsule; one that is sealed already is answered as it is',
    scopes: ['evidence.write'],
    body: z.strictObject({ decisionId: Digest }),
    responses: { 200: EvidencePacket, 201: EvidencePacket },
    errors: {
      DECISION_UNKNOWN: EVIDENCE_ERRORS.DECISION_UNKNOWN,
      DECISION_UNSEALABLE: EVIDENCE_ERRORS.DECISION_UNSEALABLE,
    },
    idempotent: true,
  }),
  exportAudit: defineRoute({
    id: 'evidence.audit.export',
    method: 'POST',
    path: '/api/v1/audit/exports',
    summary: 'Have a part of the audit trail signed for auditors; one that was exported already is answered as it is',
    scopes: ['audit.read'],
    body: z.strictObject({
      /** Left out: the beginning of the trail. */
      first: sequence.optional(),
      /** Left out: the end that the trail has now. */
      last: sequence.optional(),
    }),
    responses: { 200: AuditExport, 201: AuditExport },
    errors: {
      AUDIT_RANGE_INVALID: EVIDENCE_ERRORS.AUDIT_RANGE_INVALID,
      AUDIT_RANGE_TOO_LONG: EVIDENCE_ERRORS.AUDIT_RANGE_TOO_LONG,
      AUDIT_BROKEN: EVIDENCE_ERRORS.AUDIT_BROKEN,
    },
    idempotent: true,
  }),
  listAuditExports: defineRoute({
    id: 'evidence.audit.list',
    method: 'GET',
    path: '/api/v1/audit/exports',
    summary: 'List exports of the audit trail, newest first',
    scopes: ['audit.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(AuditExport) },
    errors: {},
    paging: true,
  }),
  getAuditPackage: defineRoute({
    id: 'evidence.audit.package',
    method: 'GET',
    path: '/api/v1/audit/exports/{exportId}/package',
    summary: 'Download an export of the audit trail as a package that verifies offline',
    scopes: ['audit.read'],
    params: z.strictObject({ exportId: Id }),
    responses: { 200: bytes('application/vnd.stella.audit.v1.tar+zstd') },
    errors: { EVIDENCE_LOST: EVIDENCE_ERRORS.EVIDENCE_LOST },
    auditsRead: true,
  }),
} as const;

export const EVIDENCE_EVENTS = {
  packetSealed: defineEvent({
    type: 'evidence.packet.sealed',
    version: 1,
    summary: 'Evidence of a decision, promotion or deployment is signed, logged and stored',
    scope: 'evidence.read',
    data: z.strictObject({
      packetId: Id,
      kind: EvidenceKind,
      subjectId: z.string(),
      capsuleDigest: Digest.nullable(),
      /** When what it is about ended: a deployment that was resumed ends more than once. Null for decisions. */
      endedAt: Timestamp.nullable().default(null),
      bundleDigest: Digest.nullable().default(null),
    }),
  }),
} as const;
