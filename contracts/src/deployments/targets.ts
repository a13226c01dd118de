import * as z from 'zod';
import { pageOf, pageQuery } from '../paging.ts';
import { defineRoute } from '../route.ts';
import { Platform } from '../scanner/index.ts';
import { Digest, Id, Slug, Timestamp } from '../schemas.ts';
import { DEPLOYMENTS_ERRORS as E } from './errors.ts';

export const TargetKind = z.enum(['docker', 'script']);

/** Members of what an agent saw: answers bear more, requests do not. */
export const observedShape = {
  containerId: z.string().max(100),
  name: z.string().max(300),
  /** `stella.*` labels only. */
  labels: z.record(z.string().max(100), z.string().max(300)),
  imageId: z.string().max(100),
  repoDigests: z.array(z.string().max(500)).max(50),
  state: z.string().max(40),
  health: z.enum(['none', 'starting', 'healthy', 'unhealthy']),
  startedAt: z.string().max(60).nullable(),
};

/** A container as an agent saw it, by all names that its image may have. */
export const ObservedContainer = z.object(observedShape);
export type ObservedContainer = z.infer<typeof ObservedContainer>;

export const DriftKind = z.enum(['wrong_digest', 'missing', 'rogue', 'unhealthy', 'stale']);

/** Where what runs differs from what should. */
export const Drift = z.object({
  kind: DriftKind,
  service: z.string().nullable(),
  sentence: z.string(),
  expected: Digest.nullable(),
  observed: z.string().nullable(),
  since: Timestamp,
});
export type Drift = z.infer<typeof Drift>;

/** A Docker Engine or script host that an agent reaches. */
export const Target = z.object({
  id: Id,
  name: Slug,
  environment: z.string(),
  environmentId: Id,
  kind: TargetKind,
  agentId: Id,
  agent: z.string(),
  status: z.enum(['online', 'stale', 'never_seen']),
  lastSeenAt: Timestamp.nullable(),
  /** Of the host, as the agent told it. */
  platform: Platform.nullable(),
  engineVersion: z.string().nullable(),
  /** What runs there by the last receipt. */
  release: z.string().nullable(),
  releaseId: Id.nullable(),
  deploymentId: Id.nullable(),
  observedAt: Timestamp.nullable(),
  containers: z.array(ObservedContainer),
  drift: z.array(Drift),
  version: z.int(),
  createdAt: Timestamp,
});
export type Target = z.infer<typeof Target>;

const targetParams = z.strictObject({ targetId: Id });

/** Places that agents deploy to. */
export const TARGET_ROUTES = {
  createTarget: defineRoute({
    id: 'deployments.targets.create',
    method: 'POST',
    path: '/api/v1/targets',
    summary: 'Add a target to an environment',
    scopes: ['environment.write'],
    body: z.strictObject({ name: Slug, environment: Slug, kind: TargetKind, agent: Slug }),
    responses: { 201: Target },
    errors: { TARGET_NAME_TAKEN: E.TARGET_NAME_TAKEN, TARGET_AGENT: E.TARGET_AGENT },
    idempotent: true,
  }),
  listTargets: defineRoute({
    id: 'deployments.targets.list',
    method: 'GET',
    path: '/api/v1/targets',
    summary: 'List targets with what runs there and where it differs',
    scopes: ['environment.read'],
    query: z.strictObject({ ...pageQuery, environment: Slug.optional() }),
    responses: { 200: pageOf(Target) },
    errors: {},
    paging: true,
  }),
  getTarget: defineRoute({
    id: 'deployments.targets.get',
    method: 'GET',
    path: '/api/v1/targets/{targetId}',
    summary: 'Read a target',
    scopes: ['environment.read'],
    params: targetParams,
    responses: { 200: Target },
    errors: {},
  }),
  deleteTarget: defineRoute({
    id: 'deployments.targets.delete',
    method: 'DELETE',
    path: '/api/v1/targets/{targetId}',
    summary: 'Take a target out; what runs there is left as it is',
    scopes: ['environment.write'],
    params: targetParams,
    responses: { 200: Target },
    errors: { TARGET_IN_USE: E.TARGET_IN_USE },
  }),
} as const;
