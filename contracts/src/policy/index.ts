import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { bytes, defineRoute } from '../route.ts';
import { Digest, Id, JsonValue, Slug, Timestamp } from '../schemas.ts';

export const POLICY_SERVICE_ERRORS = {
  PACK_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Check it offline with "stella policy check FILE".' },
  PACK_VERSION_TAKEN: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'A published version never changes: raise the version in the pack.',
  },
  POLICY_MISSING: { status: 409, exit: EXIT.invalid, hint: 'Publish a policy pack with "stella policy publish FILE".' },
  SNAPSHOT_MISSING: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Import advisories and make a snapshot with "stella advisories snapshot".',
  },
  IMAGE_UNKNOWN: { status: 409, exit: EXIT.notFound, hint: 'Scan the image first with "stella image scan".' },
  EVIDENCE_CHANGING: {
    status: 409,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Policies or exceptions changed while the decision was made; try again.',
  },
  EXCEPTION_STATE: { status: 409, exit: EXIT.invalid, hint: 'Do what its state allows, or ask for another exception.' },
  EXCEPTION_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Correct the member named.' },
  EXCEPTION_SELF_APPROVAL: {
    status: 403,
    exit: EXIT.verification,
    hint: 'Another person than the one who asked must decide.',
  },
} as const satisfies ErrorTable;

export const PolicyPack = z.object({
  digest: Digest,
  /** Of the pack itself; environments refer to it. */
  name: z.string(),
  version: z.string(),
  rules: z.int(),
  /** At most one version of a name is active: the one that decisions use. */
  isActive: z.boolean(),
  publishedBy: z.string(),
  publishedAt: Timestamp,
});
export type PolicyPack = z.infer<typeof PolicyPack>;

export const Outcome = z.enum(['allow', 'deny', 'pending']);

export const DecisionReason = z.object({
  code: z.string(),
  rule: z.string(),
  action: z.enum(['allow', 'warn', 'deny', 'pending']),
  sentence: z.string(),
  fix: z.string().nullable(),
  vulnerability: z.string().nullable(),
  component: z.string().nullable(),
});

/** A verdict with everything it was made from, by digest. */
export const Decision = z.object({
  /** Digest of the decision input. */
  id: Digest,
  imageDigest: Digest,
  environment: z.string().nullable(),
  outcome: Outcome,
  /** Those that decided, most important first; at most 50. All of them are in the verdict. */
  reasons: z.array(DecisionReason),
  counts: z.record(z.string(), z.number()),
  verdictDigest: Digest,
  findingsDigest: Digest,
  policy: z.object({ name: z.string(), version: z.string(), digest: Digest }),
  advisorySnapshot: Digest,
  vexSnapshot: Digest.nullable(),
  purpose: z.enum(['continuous', 'promotion', 'request']),
  evaluatedAt: Timestamp,
});
export type Decision = z.infer<typeof Decision>;

export const ExceptionState = z.enum(['draft', 'pending_review', 'approved', 'rejected', 'revoked', 'expired']);

/** A time-limited permission for a finding. */
export const PolicyException = z.object({
  id: Id,
  state: ExceptionState,
  vulnerability: z.string(),
  /** purl; without version it covers every version. Null: every package. */
  package: z.string().nullable(),
  /** Null: every image of the tenant. */
  imageDigest: Digest.nullable(),
  reason: z.string(),
  requestedBy: z.object({ id: z.string(), name: z.string() }),
  decidedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  decisionReason: z.string().nullable(),
  createdAt: Timestamp,
  decidedAt: Timestamp.nullable(),
  expiresAt: Timestamp,
});
export type PolicyException = z.infer<typeof PolicyException>;

const packParams = z.strictObject({ policyDigest: Digest });
const decisionParams = z.strictObject({ decisionId: Digest });
const exceptionParams = z.strictObject({ exceptionId: Id });
const decideBody = z.strictObject({
  imageDigest: Digest,
  /** Name of a pack; default: the only or first active one. */
  policy: z.string().min(1).max(200).optional(),
  environment: Slug.optional(),
});
const decideErrors = {
  POLICY_MISSING: POLICY_SERVICE_ERRORS.POLICY_MISSING,
  SNAPSHOT_MISSING: POLICY_SERVICE_ERRORS.SNAPSHOT_MISSING,
  IMAGE_UNKNOWN: POLICY_SERVICE_ERRORS.IMAGE_UNKNOWN,
};
const exceptionErrors = {
  EXCEPTION_STATE: POLICY_SERVICE_ERRORS.EXCEPTION_STATE,
  EXCEPTION_SELF_APPROVAL: POLICY_SERVICE_ERRORS.EXCEPTION_SELF_APPROVAL,
};
const reviewBody = z.strictObject({ reason: z.string().min(1).max(2000) });

export const POLICY_ROUTES = {
  publishPack: defineRoute({
    id: 'policy.packs.publish',
    method: 'POST',
    path: '/api/v1/policies',
    summary: 'Publish a version of a policy pack and make it the active one',
    scopes: ['policy.publish'],
    body: bytes('application/yaml', 'text/yaml', 'application/octet-stream'),
    responses: { 200: PolicyPack, 201: PolicyPack },
    errors: {
      PACK_INVALID: POLICY_SERVICE_ERRORS.PACK_INVALID,
      PACK_VERSION_TAKEN: POLICY_SERVICE_ERRORS.PACK_VERSION_TAKEN,
    },
    maxBodyBytes: 4 * 1024 ** 2,
  }),
  listPacks: defineRoute({
    id: 'policy.packs.list',
    method: 'GET',
    path: '/api/v1/policies',
    summary: 'List published packs, newest first',
    scopes: ['policy.read'],
    query: z.strictObject({ ...pageQuery, name: z.string().min(1).max(200).optional() }),
    responses: { 200: pageOf(PolicyPack) },
    errors: {},
    paging: true,
  }),
  getPack: defineRoute({
    id: 'policy.packs.get',
    method: 'GET',
    path: '/api/v1/policies/{policyDigest}',
    summary: 'Read what is known of a pack',
    scopes: ['policy.read'],
    params: packParams,
    responses: { 200: PolicyPack },
    errors: {},
  }),
  getPackSource: defineRoute({
    id: 'policy.packs.source',
    method: 'GET',
    path: '/api/v1/policies/{policyDigest}/source',
    summary: 'Download a pack as it was published',
    scopes: ['policy.read'],
    params: packParams,
    responses: { 200: bytes('application/yaml') },
    errors: {},
  }),
  activatePack: defineRoute({
    id: 'policy.packs.activate',
    method: 'POST',
    path: '/api/v1/policies/{policyDigest}/activate',
    summary: 'Make a published version the active one again',
    scopes: ['policy.publish'],
    params: packParams,
    body: z.strictObject({}),
    responses: { 200: PolicyPack },
    errors: {},
    idempotent: true,
  }),
  decide: defineRoute({
    id: 'policy.decisions.create',
    method: 'POST',
    path: '/api/v1/decisions',
    summary: 'Judge an image by current advisories, VEX and exceptions, and record the verdict',
    scopes: ['policy.decide'],
    body: decideBody.extend({ purpose: z.enum(['promotion', 'request']).default('request') }),
    responses: { 201: Decision },
    errors: { ...decideErrors, EVIDENCE_CHANGING: POLICY_SERVICE_ERRORS.EVIDENCE_CHANGING },
    idempotent: true,
  }),
  simulate: defineRoute({
    id: 'policy.decisions.simulate',
    method: 'POST',
    path: '/api/v1/decisions/simulate',
    summary: 'Judge an image without recording anything, by a published or a new pack',
    scopes: ['policy.simulate'],
    body: decideBody.extend({
      /** YAML of a pack to try; instead of `policy`. */
      source: z.string().max(500_000).optional(),
    }),
    responses: { 200: Decision },
    errors: { ...decideErrors, PACK_INVALID: POLICY_SERVICE_ERRORS.PACK_INVALID },
  }),
  listDecisions: defineRoute({
    id: 'policy.decisions.list',
    method: 'GET',
    path: '/api/v1/decisions',
    summary: 'List decisions, newest first',
    scopes: ['policy.read'],
    query: z.strictObject({
      ...pageQuery,
      imageDigest: Digest.optional(),
      environment: Slug.optional(),
      outcome: Outcome.optional(),
    }),
    responses: { 200: pageOf(Decision) },
    errors: {},
    paging: true,
  }),
  getDecision: defineRoute({
    id: 'policy.decisions.get',
    method: 'GET',
    path: '/api/v1/decisions/{decisionId}',
    summary: 'Read a decision',
    scopes: ['policy.read'],
    params: decisionParams,
    responses: { 200: Decision },
    errors: {},
  }),
  getVerdict: defineRoute({
    id: 'policy.decisions.verdict',
    method: 'GET',
    path: '/api/v1/decisions/{decisionId}/verdict',
    summary: 'Read the whole verdict with its trace',
    scopes: ['policy.read'],
    params: decisionParams,
    responses: { 200: JsonValue },
    errors: {},
  }),
  getInput: defineRoute({
    id: 'policy.decisions.input',
    method: 'GET',
    path: '/api/v1/decisions/{decisionId}/input',
    summary: 'Read the decision input: the digests of everything it was made from',
    scopes: ['policy.read'],
    params: decisionParams,
    responses: { 200: JsonValue },
    errors: {},
  }),
  requestException: defineRoute({
    id: 'policy.exceptions.create',
    method: 'POST',
    path: '/api/v1/exceptions',
    summary: 'Ask for an exception',
    scopes: ['exception.write'],
    body: z.strictObject({
      vulnerability: z.string().min(1).max(200),
      package: z.string().min(1).max(500).optional(),
      imageDigest: Digest.optional(),
      reason: z.string().min(1).max(2000),
      expiresAt: Timestamp,
      /** A draft is not yet up for review. */
      isDraft: z.boolean().default(false),
    }),
    responses: { 201: PolicyException },
    errors: { EXCEPTION_INVALID: POLICY_SERVICE_ERRORS.EXCEPTION_INVALID },
    idempotent: true,
  }),
  submitException: defineRoute({
    id: 'policy.exceptions.submit',
    method: 'POST',
    path: '/api/v1/exceptions/{exceptionId}/submit',
    summary: 'Put a draft up for review',
    scopes: ['exception.write'],
    params: exceptionParams,
    body: z.strictObject({}),
    responses: { 200: PolicyException },
    errors: { EXCEPTION_STATE: POLICY_SERVICE_ERRORS.EXCEPTION_STATE },
    idempotent: true,
  }),
  listExceptions: defineRoute({
    id: 'policy.exceptions.list',
    method: 'GET',
    path: '/api/v1/exceptions',
    summary: 'List exceptions, newest first',
    scopes: ['exception.read'],
    query: z.strictObject({ ...pageQuery, state: ExceptionState.optional() }),
    responses: { 200: pageOf(PolicyException) },
    errors: {},
    paging: true,
  }),
  getException: defineRoute({
    id: 'policy.exceptions.get',
    method: 'GET',
    path: '/api/v1/exceptions/{exceptionId}',
    summary: 'Read an exception',
    scopes: ['exception.read'],
    params: exceptionParams,
    responses: { 200: PolicyException },
    errors: {},
  }),
  approveException: defineRoute({
    id: 'policy.exceptions.approve',
    method: 'POST',
    path: '/api/v1/exceptions/{exceptionId}/approve',
    summary: 'Approve an exception that another person asked for',
    scopes: ['exception.approve'],
    params: exceptionParams,
    body: reviewBody,
    responses: { 200: PolicyException },
    errors: exceptionErrors,
    idempotent: true,
  }),
  rejectException: defineRoute({
    id: 'policy.exceptions.reject',
    method: 'POST',
    path: '/api/v1/exceptions/{exceptionId}/reject',
    summary: 'Reject an exception',
    scopes: ['exception.approve'],
    params: exceptionParams,
    body: reviewBody,
    responses: { 200: PolicyException },
    errors: exceptionErrors,
    idempotent: true,
  }),
  revokeException: defineRoute({
    id: 'policy.exceptions.revoke',
    method: 'POST',
    path: '/api/v1/exceptions/{exceptionId}/revoke',
    summary: 'Take back an approved exception',
    scopes: ['exception.approve'],
    params: exceptionParams,
    body: reviewBody,
    responses: { 200: PolicyException },
    errors: { EXCEPTION_STATE: POLICY_SERVICE_ERRORS.EXCEPTION_STATE },
    idempotent: true,
  }),
} as const;

const decisionFact = z.strictObject({
  decisionId: Digest,
  imageDigest: Digest,
  environment: z.string().nullable(),
  outcome: Outcome,
  purpose: z.enum(['continuous', 'promotion', 'request']),
  verdictDigest: Digest,
  findingsDigest: Digest,
  advisorySnapshot: Digest,
  evaluatedAt: Timestamp,
});
const exceptionFact = z.strictObject({ exceptionId: Id, vulnerability: z.string(), state: ExceptionState });

export const POLICY_EVENTS = {
  decisionRecorded: defineEvent({
    type: 'policy.decision.recorded',
    version: 1,
    summary: 'An image was judged',
    scope: 'policy.read',
    data: decisionFact,
  }),
  packActivated: defineEvent({
    type: 'policy.pack.activated',
    version: 1,
    summary: 'Another version of a policy pack decides from now on',
    scope: 'policy.read',
    data: z.strictObject({ name: z.string(), version: z.string(), digest: Digest }),
  }),
  exceptionChanged: defineEvent({
    type: 'policy.exception.changed',
    version: 1,
    summary: 'An exception was asked for, decided, revoked, or ran out',
    scope: 'exception.read',
    data: exceptionFact,
  }),
} as const;
