import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { defineRoute, events } from '../route.ts';
import { Platform, SCANNER_ERRORS } from '../scanner/index.ts';
import { Digest, Id, Slug, Timestamp } from '../schemas.ts';

export const RELEASES_ERRORS = {
  NAME_TAKEN: { status: 409, exit: EXIT.invalid, hint: 'Choose another name.' },
  ORDER_TAKEN: { status: 409, exit: EXIT.invalid, hint: 'Each environment has its own place in the order.' },
  COMPONENT_UNKNOWN: { status: 422, exit: EXIT.notFound, hint: 'Create it with "stella component create".' },
  VERSION_TAKEN: { status: 409, exit: EXIT.invalid, hint: 'A release never changes: choose another version.' },
  IMAGE_UNRESOLVED: {
    status: 422,
    exit: EXIT.notFound,
    hint: 'Name an image that the registry has, or a digest that was scanned.',
  },
  REPOSITORY_MISMATCH: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'The image must come from the repository of its component.',
  },
  ENVIRONMENT_IN_USE: { status: 409, exit: EXIT.invalid, hint: 'End its open promotions first.' },
  RELEASE_UNKNOWN: { status: 422, exit: EXIT.notFound, hint: 'Check the id of the release.' },
  ENVIRONMENT_UNKNOWN: { status: 422, exit: EXIT.notFound, hint: 'Check the name of the environment.' },
  PROMOTION_EXISTS: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'This release is already on its way there; look at that promotion.',
  },
  PROMOTION_STATE: { status: 409, exit: EXIT.invalid, hint: 'Read the promotion: its state does not allow this.' },
  SEPARATION_OF_DUTIES: {
    status: 403,
    exit: EXIT.verification,
    hint: 'Another person than the one who asked must approve; other logins and tokens of that person count as the person.',
  },
  ALREADY_DECIDED: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'One approval of a person counts; another person must approve.',
  },
  FREEZE_INVALID: { status: 422, exit: EXIT.invalid, hint: 'A freeze ends after it starts.' },
} as const satisfies ErrorTable;

const E = RELEASES_ERRORS;
const Person = z.object({ id: z.string(), name: z.string() });

/** A deployable part of a product, tied to an image repository. */
export const Component = z.object({
  id: Id,
  name: Slug,
  /** `registry.example/shop/web`, without tag. */
  repository: z.string(),
  description: z.string(),
  version: z.int(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Component = z.infer<typeof Component>;

export const Freeze = z.object({
  id: Id,
  startsAt: Timestamp,
  endsAt: Timestamp,
  reason: z.string(),
  createdBy: Person,
});
export type Freeze = z.infer<typeof Freeze>;

/** An ordered place to run releases. */
export const Environment = z.object({
  id: Id,
  name: Slug,
  /** Promotions go upwards; the first environment needs nothing before it. */
  order: z.int(),
  requiredApprovals: z.int(),
  /** Whether the person who asked may not approve. */
  isSeparationOfDuties: z.boolean(),
  /** Name of the policy pack that judges here; null: the active default. */
  policy: z.string().nullable(),
  freezes: z.array(Freeze),
  /** What was approved for or runs here last. */
  current: z.object({ releaseId: Id, release: z.string(), promotionId: Id, since: Timestamp }).nullable(),
  version: z.int(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Environment = z.infer<typeof Environment>;

export const ReleaseComponent = z.object({
  component: z.string(),
  repository: z.string(),
  /** As it was asked for; decides nothing after the digests were resolved. */
  requested: z.string(),
  indexDigest: Digest.nullable(),
  platforms: z.array(
    z.object({ platform: Platform.nullable(), manifestDigest: Digest, configDigest: Digest.nullable() }),
  ),
});

/** Immutable map component → digests. */
export const Release = z.object({
  id: Id,
  name: Slug,
  /** Semantic version. */
  version: z.string(),
  /** `2026.11.21-1`: day of creation and count of the day. */
  calendarVersion: z.string(),
  mode: z.enum(['verified', 'unverified']),
  components: z.array(ReleaseComponent),
  /** Digest of the canonical JSON of name, version, mode and all digests: what approvals bind to. */
  digest: Digest,
  notes: z.string(),
  createdBy: Person,
  createdAt: Timestamp,
});
export type Release = z.infer<typeof Release>;

export const PromotionState = z.enum([
  'pending_gate',
  'pending_approval',
  'approved',
  'rejected',
  'deploying',
  'deployed',
  'failed',
  'cancelled',
  'rolled_back',
]);

/** One condition of a promotion: what it says, why, who can unblock it, and when it changes by itself. */
export const Gate = z.object({
  name: z.enum(['order', 'freeze', 'scan', 'policy', 'evidence', 'approval']),
  /** Which component or image it is about; null: the promotion as a whole. */
  component: z.string().nullable(),
  imageDigest: Digest.nullable(),
  state: z.enum(['passed', 'blocked', 'waiting', 'skipped']),
  /** One sentence, the same in API, command line and console. */
  sentence: z.string(),
  /** What to do; null when nothing is to be done. */
  fix: z.string().nullable(),
  /** Who can do it: a role or a sentence. */
  unblockedBy: z.string().nullable(),
  /** When it changes by itself. */
  changesAt: Timestamp.nullable(),
  evidence: z.array(z.object({ kind: z.enum(['decision', 'packet', 'image', 'promotion']), id: z.string() })),
  reasons: z.array(
    z.object({
      code: z.string(),
      sentence: z.string(),
      fix: z.string().nullable(),
      vulnerability: z.string().nullable(),
      component: z.string().nullable(),
    }),
  ),
  evaluatedAt: Timestamp,
});
export type Gate = z.infer<typeof Gate>;

export const Approval = z.object({
  person: Person,
  verdict: z.enum(['approved', 'rejected']),
  reason: z.string(),
  /** What it was given for: it does not carry over to anything else. */
  releaseDigest: Digest,
  policyDigest: Digest.nullable(),
  isValid: z.boolean(),
  decidedAt: Timestamp,
});
export type Approval = z.infer<typeof Approval>;

export const Promotion = z.object({
  id: Id,
  releaseId: Id,
  release: z.string(),
  environmentId: Id,
  environment: z.string(),
  state: PromotionState,
  /** One sentence: why it is where it is, and what comes next. */
  sentence: z.string(),
  reason: z.string(),
  requestedBy: Person,
  gates: z.array(Gate),
  approvals: z.array(Approval),
  requiredApprovals: z.int(),
  /** Evidence of its end. */
  packetId: Id.nullable(),
  version: z.int(),
  requestedAt: Timestamp,
  updatedAt: Timestamp,
  decidedAt: Timestamp.nullable(),
  expiresAt: Timestamp,
});
export type Promotion = z.infer<typeof Promotion>;

const componentParams = z.strictObject({ componentId: Id });
const environmentParams = z.strictObject({ environmentId: Id });
const promotionParams = z.strictObject({ promotionId: Id });
const freezeBody = z.strictObject({ startsAt: Timestamp, endsAt: Timestamp, reason: z.string().min(1).max(500) });
const environmentFields = {
  requiredApprovals: z.int().min(0).max(10),
  isSeparationOfDuties: z.boolean(),
  policy: z.string().min(1).max(200).nullable(),
};
const repository = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._:-]*(?:\/[a-z0-9._-]+)+$/)
  .max(300);
const reviewBody = z.strictObject({ reason: z.string().min(1).max(2000) });
const decideErrors = {
  PROMOTION_STATE: E.PROMOTION_STATE,
  SEPARATION_OF_DUTIES: E.SEPARATION_OF_DUTIES,
  ALREADY_DECIDED: E.ALREADY_DECIDED,
};

export const RELEASES_ROUTES = {
  createComponent: defineRoute({
    id: 'releases.components.create',
    method: 'POST',
    path: '/api/v1/components',
    summary: 'Create a component',
    scopes: ['component.write'],
    body: z.strictObject({ name: Slug, repository, description: z.string().max(500).default('') }),
    responses: { 201: Component },
    errors: { NAME_TAKEN: E.NAME_TAKEN },
    idempotent: true,
  }),
  listComponents: defineRoute({
    id: 'releases.components.list',
    method: 'GET',
    path: '/api/v1/components',
    summary: 'List components by name',
    scopes: ['component.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(Component) },
    errors: {},
    paging: true,
  }),
  getComponent: defineRoute({
    id: 'releases.components.get',
    method: 'GET',
    path: '/api/v1/components/{componentId}',
    summary: 'Read a component',
    scopes: ['component.read'],
    params: componentParams,
    responses: { 200: Component },
    errors: {},
  }),
  updateComponent: defineRoute({
    id: 'releases.components.update',
    method: 'PATCH',
    path: '/api/v1/components/{componentId}',
    summary: 'Change a component',
    scopes: ['component.write'],
    params: componentParams,
    body: z.strictObject({ repository: repository.optional(), description: z.string().max(500).optional() }),
    responses: { 200: Component },
    errors: {},
    ifMatch: true,
  }),
  createEnvironment: defineRoute({
    id: 'releases.environments.create',
    method: 'POST',
    path: '/api/v1/environments',
    summary: 'Create an environment',
    scopes: ['environment.write'],
    body: z.strictObject({
      name: Slug,
      order: z.int().min(1).max(1000),
      requiredApprovals: environmentFields.requiredApprovals.default(0),
      isSeparationOfDuties: environmentFields.isSeparationOfDuties.default(true),
      policy: environmentFields.policy.default(null),
    }),
    responses: { 201: Environment },
    errors: { NAME_TAKEN: E.NAME_TAKEN, ORDER_TAKEN: E.ORDER_TAKEN },
    idempotent: true,
  }),
  listEnvironments: defineRoute({
    id: 'releases.environments.list',
    method: 'GET',
    path: '/api/v1/environments',
    summary: 'List environments in their order',
    scopes: ['environment.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(Environment) },
    errors: {},
    paging: true,
  }),
  getEnvironment: defineRoute({
    id: 'releases.environments.get',
    method: 'GET',
    path: '/api/v1/environments/{environmentId}',
    summary: 'Read an environment',
    scopes: ['environment.read'],
    params: environmentParams,
    responses: { 200: Environment },
    errors: {},
  }),
  updateEnvironment: defineRoute({
    id: 'releases.environments.update',
    method: 'PATCH',
    path: '/api/v1/environments/{environmentId}',
    summary: 'Change an environment',
    scopes: ['environment.write'],
    params: environmentParams,
    body: z.strictObject({
      requiredApprovals: environmentFields.requiredApprovals.optional(),
      isSeparationOfDuties: environmentFields.isSeparationOfDuties.optional(),
      policy: environmentFields.policy.optional(),
    }),
    responses: { 200: Environment },
    errors: {},
    ifMatch: true,
  }),
  createFreeze: defineRoute({
    id: 'releases.freezes.create',
    method: 'POST',
    path: '/api/v1/environments/{environmentId}/freezes',
    summary: 'Freeze an environment for a while',
    scopes: ['environment.write'],
    params: environmentParams,
    body: freezeBody,
    responses: { 201: Environment },
    errors: { FREEZE_INVALID: E.FREEZE_INVALID },
    idempotent: true,
  }),
  deleteFreeze: defineRoute({
    id: 'releases.freezes.delete',
    method: 'DELETE',
    path: '/api/v1/environments/{environmentId}/freezes/{freezeId}',
    summary: 'End a freeze',
    scopes: ['environment.write'],
    params: z.strictObject({ environmentId: Id, freezeId: Id }),
    responses: { 200: Environment },
    errors: {},
  }),
  createRelease: defineRoute({
    id: 'releases.releases.create',
    method: 'POST',
    path: '/api/v1/releases',
    summary: 'Create a release; tags are resolved to digests now and never again',
    scopes: ['release.write'],
    body: z.strictObject({
      name: Slug,
      version: z.string().regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,100})?$/),
      mode: z.enum(['verified', 'unverified']).default('verified'),
      notes: z.string().max(10_000).default(''),
      components: z
        .array(
          z.strictObject({
            component: Slug,
            /** Tag (`1.2`), or digest (`sha256:…`), of the component's repository; or a whole reference into it. */
            image: z.string().min(1).max(500),
          }),
        )
        .min(1)
        .max(100),
    }),
    responses: { 201: Release },
    errors: {
      VERSION_TAKEN: E.VERSION_TAKEN,
      COMPONENT_UNKNOWN: E.COMPONENT_UNKNOWN,
      IMAGE_UNRESOLVED: E.IMAGE_UNRESOLVED,
      REPOSITORY_MISMATCH: E.REPOSITORY_MISMATCH,
      REGISTRY_UNAVAILABLE: SCANNER_ERRORS.REGISTRY_UNAVAILABLE,
    },
    idempotent: true,
  }),
  listReleases: defineRoute({
    id: 'releases.releases.list',
    method: 'GET',
    path: '/api/v1/releases',
    summary: 'List releases, newest first',
    scopes: ['release.read'],
    query: z.strictObject({ ...pageQuery, name: Slug.optional() }),
    responses: { 200: pageOf(Release) },
    errors: {},
    paging: true,
  }),
  getRelease: defineRoute({
    id: 'releases.releases.get',
    method: 'GET',
    path: '/api/v1/releases/{releaseId}',
    summary: 'Read a release',
    scopes: ['release.read'],
    params: z.strictObject({ releaseId: Id }),
    responses: { 200: Release },
    errors: {},
  }),
  requestPromotion: defineRoute({
    id: 'releases.promotions.create',
    method: 'POST',
    path: '/api/v1/promotions',
    summary: 'Ask to bring a release into an environment',
    scopes: ['promotion.write'],
    body: z.strictObject({
      releaseId: Id,
      /** Name of the environment. */
      environment: Slug,
      reason: z.string().max(2000).default(''),
    }),
    responses: { 201: Promotion },
    errors: {
      RELEASE_UNKNOWN: E.RELEASE_UNKNOWN,
      ENVIRONMENT_UNKNOWN: E.ENVIRONMENT_UNKNOWN,
      PROMOTION_EXISTS: E.PROMOTION_EXISTS,
    },
    idempotent: true,
  }),
  listPromotions: defineRoute({
    id: 'releases.promotions.list',
    method: 'GET',
    path: '/api/v1/promotions',
    summary: 'List promotions, newest first',
    scopes: ['promotion.read'],
    query: z.strictObject({
      ...pageQuery,
      state: PromotionState.optional(),
      releaseId: Id.optional(),
      environment: Slug.optional(),
      /** Only those that wait for a person who is not the one who asked, as seen by the caller. */
      isWaitingForMe: z.boolean().optional(),
    }),
    responses: { 200: pageOf(Promotion) },
    errors: {},
    paging: true,
  }),
  getPromotion: defineRoute({
    id: 'releases.promotions.get',
    method: 'GET',
    path: '/api/v1/promotions/{promotionId}',
    summary: 'Read a promotion with its gates and approvals: why it is blocked, and who can unblock it',
    scopes: ['promotion.read'],
    params: promotionParams,
    responses: { 200: Promotion },
    errors: {},
  }),
  approvePromotion: defineRoute({
    id: 'releases.promotions.approve',
    method: 'POST',
    path: '/api/v1/promotions/{promotionId}/approve',
    summary: 'Approve a promotion that another person asked for',
    scopes: ['promotion.approve'],
    params: promotionParams,
    body: reviewBody,
    responses: { 200: Promotion },
    errors: decideErrors,
    idempotent: true,
  }),
  rejectPromotion: defineRoute({
    id: 'releases.promotions.reject',
    method: 'POST',
    path: '/api/v1/promotions/{promotionId}/reject',
    summary: 'Reject a promotion',
    scopes: ['promotion.approve'],
    params: promotionParams,
    body: reviewBody,
    responses: { 200: Promotion },
    errors: decideErrors,
    idempotent: true,
  }),
  cancelPromotion: defineRoute({
    id: 'releases.promotions.cancel',
    method: 'POST',
    path: '/api/v1/promotions/{promotionId}/cancel',
    summary: 'Cancel a promotion that has not ended',
    scopes: ['promotion.write'],
    params: promotionParams,
    body: reviewBody,
    responses: { 200: Promotion },
    errors: { PROMOTION_STATE: E.PROMOTION_STATE },
    idempotent: true,
  }),
  evaluatePromotion: defineRoute({
    id: 'releases.promotions.evaluate',
    method: 'POST',
    path: '/api/v1/promotions/{promotionId}/evaluate',
    summary: 'Look at the gates of a promotion again now',
    scopes: ['promotion.write'],
    params: promotionParams,
    body: z.strictObject({}),
    responses: { 202: Promotion },
    errors: { PROMOTION_STATE: E.PROMOTION_STATE },
    idempotent: true,
  }),
  watchPromotion: defineRoute({
    id: 'releases.promotions.watch',
    method: 'GET',
    path: '/api/v1/promotions/{promotionId}/watch',
    summary: 'Follow a promotion: its whole state at each change, until it ends',
    scopes: ['promotion.read'],
    params: promotionParams,
    responses: { 200: events(Promotion) },
    errors: {},
  }),
} as const;

export const RELEASES_EVENTS = {
  releaseCreated: defineEvent({
    type: 'releases.release.created',
    version: 1,
    summary: 'A release was created',
    scope: 'release.read',
    data: z.strictObject({ releaseId: Id, name: z.string(), version: z.string(), imageDigests: z.array(Digest) }),
  }),
  promotionChanged: defineEvent({
    type: 'releases.promotion.changed',
    version: 1,
    summary: 'A promotion was asked for, its gates were looked at, or it went on to another state',
    scope: 'promotion.read',
    data: z.strictObject({
      promotionId: Id,
      releaseId: Id,
      environment: z.string(),
      from: PromotionState.nullable(),
      to: PromotionState,
      version: z.int(),
      imageDigests: z.array(Digest),
    }),
  }),
  environmentChanged: defineEvent({
    type: 'releases.environment.changed',
    version: 1,
    summary: 'An environment was created, changed, frozen or unfrozen',
    scope: 'environment.read',
    data: z.strictObject({ environmentId: Id, name: z.string() }),
  }),
} as const;
