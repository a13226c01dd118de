import * as z from 'zod';
import { pageOf, pageQuery } from '../paging.ts';
import { Person } from '../person.ts';
import { bytes, defineRoute, events } from '../route.ts';
import { Digest, Id, Slug, Timestamp } from '../schemas.ts';
import { DEPLOYMENTS_ERRORS as E } from './errors.ts';
import { DeploymentTask } from './tasks.ts';
import { Strategy } from './templates.ts';

/**
 * A rollback is a deployment of its own (`kind`): `rolling_back` where another is `running`, and `rolled_back` where
 * another has `succeeded`.
 */
export const DeploymentState = z.enum([
  'pending',
  'running',
  'succeeded',
  'failed',
  'rolling_back',
  'rolled_back',
  'cancelled',
]);

const deploymentShape = {
  id: Id,
  promotionId: Id.nullable(),
  releaseId: Id,
  release: z.string(),
  environmentId: Id,
  environment: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  strategy: Strategy,
  state: DeploymentState,
  sentence: z.string(),
  /** Digest of the list of plans, one for each target: what the agents execute, exactly. */
  planDigest: Digest,
  /** Of the template that the plans were made from. */
  templateDigest: Digest,
  startedBy: Person,
  reason: z.string(),
  /** What to go back to when it fails. */
  previousReleaseId: Id.nullable(),
  /** Evidence of its end: null until that is sealed, and again when it is resumed. */
  packetId: Id.nullable(),
  /** Of the Sigstore bundle of that packet, over the receipts of all targets. */
  bundleDigest: Digest.nullable(),
  version: z.int(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  finishedAt: Timestamp.nullable(),
};

/** A deployment with what is done on each target. */
export const Deployment = z.object({ ...deploymentShape, tasks: z.array(DeploymentTask) });
export type Deployment = z.infer<typeof Deployment>;

/** A deployment as lists show it: how many targets there are, and how far they are. */
export const DeploymentSummary = z.object({
  ...deploymentShape,
  targets: z.object({ total: z.int(), succeeded: z.int(), failed: z.int() }),
});
export type DeploymentSummary = z.infer<typeof DeploymentSummary>;

const environmentParams = z.strictObject({ environmentId: Id });
const deploymentParams = z.strictObject({ deploymentId: Id });
const reasonBody = z.strictObject({ reason: z.string().min(1).max(2000) });

/** Deployments from their start to their receipt. */
export const DEPLOYMENT_ROUTES = {
  listDeployments: defineRoute({
    id: 'deployments.deployments.list',
    method: 'GET',
    path: '/api/v1/deployments',
    summary: 'List deployments, newest first',
    scopes: ['promotion.read'],
    query: z.strictObject({ ...pageQuery, environment: Slug.optional(), promotionId: Id.optional() }),
    responses: { 200: pageOf(DeploymentSummary) },
    errors: {},
    paging: true,
  }),
  getDeployment: defineRoute({
    id: 'deployments.deployments.get',
    method: 'GET',
    path: '/api/v1/deployments/{deploymentId}',
    summary: 'Read a deployment with its steps on every target',
    scopes: ['promotion.read'],
    params: deploymentParams,
    responses: { 200: Deployment },
    errors: {},
  }),
  watchDeployment: defineRoute({
    id: 'deployments.deployments.watch',
    method: 'GET',
    path: '/api/v1/deployments/{deploymentId}/watch',
    summary: 'Follow a deployment: its whole state at each change, until it ends',
    scopes: ['promotion.read'],
    params: deploymentParams,
    responses: { 200: events(Deployment) },
    errors: {},
  }),
  startDeployment: defineRoute({
    id: 'deployments.deployments.start',
    method: 'POST',
    path: '/api/v1/promotions/{promotionId}/deploy',
    summary: 'Deploy an approved promotion to the targets of its environment',
    scopes: ['promotion.write'],
    params: z.strictObject({ promotionId: Id }),
    body: z.strictObject({}),
    responses: { 201: Deployment },
    errors: {
      DEPLOYMENT_STATE: E.DEPLOYMENT_STATE,
      DEPLOYMENT_RUNS: E.DEPLOYMENT_RUNS,
      TARGETS_MISSING: E.TARGETS_MISSING,
      TEMPLATE_MISSING: E.TEMPLATE_MISSING,
      TEMPLATE_INVALID: E.TEMPLATE_INVALID,
      PLATFORM_MISSING: E.PLATFORM_MISSING,
    },
    idempotent: true,
  }),
  resumeDeployment: defineRoute({
    id: 'deployments.deployments.resume',
    method: 'POST',
    path: '/api/v1/deployments/{deploymentId}/resume',
    summary: 'Try the failed targets of a deployment again',
    scopes: ['promotion.write'],
    params: deploymentParams,
    body: z.strictObject({}),
    responses: { 200: Deployment },
    errors: { DEPLOYMENT_STATE: E.DEPLOYMENT_STATE, DEPLOYMENT_RUNS: E.DEPLOYMENT_RUNS },
    idempotent: true,
  }),
  cancelDeployment: defineRoute({
    id: 'deployments.deployments.cancel',
    method: 'POST',
    path: '/api/v1/deployments/{deploymentId}/cancel',
    summary: 'Begin no more targets; those under way finish',
    scopes: ['promotion.write'],
    params: deploymentParams,
    body: reasonBody,
    responses: { 200: Deployment },
    errors: { DEPLOYMENT_STATE: E.DEPLOYMENT_STATE },
    idempotent: true,
  }),
  rollBack: defineRoute({
    id: 'deployments.rollbacks.create',
    method: 'POST',
    path: '/api/v1/environments/{environmentId}/rollback',
    summary: 'Bring an environment back to a release that was deployed there before, by its digests',
    scopes: ['promotion.write'],
    params: environmentParams,
    body: z.strictObject({
      /** Default: the one before the present. */
      releaseId: Id.optional(),
      reason: z.string().min(1).max(2000),
    }),
    responses: { 201: Deployment },
    errors: {
      ROLLBACK_UNKNOWN: E.ROLLBACK_UNKNOWN,
      DEPLOYMENT_RUNS: E.DEPLOYMENT_RUNS,
      TARGETS_MISSING: E.TARGETS_MISSING,
      TEMPLATE_INVALID: E.TEMPLATE_INVALID,
      PLATFORM_MISSING: E.PLATFORM_MISSING,
    },
    idempotent: true,
  }),
  getDeploymentBundle: defineRoute({
    id: 'deployments.bundles.get',
    method: 'GET',
    path: '/api/v1/deployments/{deploymentId}/bundle',
    summary: 'Download the signed receipt of a deployment: a Sigstore bundle',
    scopes: ['evidence.read'],
    params: deploymentParams,
    responses: { 200: bytes('application/vnd.dev.sigstore.bundle.v0.3+json') },
    errors: {},
    auditsRead: true,
  }),
} as const;
