import * as z from 'zod';
import { pageOf, pageQuery } from '../paging.ts';
import { Person } from '../person.ts';
import { defineRoute, events } from '../route.ts';
import { Id, Slug, Timestamp } from '../schemas.ts';
import { RELEASES_ERRORS as E } from './errors.ts';
import { Approval, Gate } from './gates.ts';

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

const promotionParams = z.strictObject({ promotionId: Id });
const reviewBody = z.strictObject({ reason: z.string().min(1).max(2000) });
const decideErrors = {
  PROMOTION_STATE: E.PROMOTION_STATE,
  SEPARATION_OF_DUTIES: E.SEPARATION_OF_DUTIES,
  ALREADY_DECIDED: E.ALREADY_DECIDED,
};

/** The way of a release into an environment. */
export const PROMOTION_ROUTES = {
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
