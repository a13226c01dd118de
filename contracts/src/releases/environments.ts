import * as z from 'zod';
import { pageOf, pageQuery } from '../paging.ts';
import { Person } from '../person.ts';
import { defineRoute } from '../route.ts';
import { Id, Slug, Timestamp } from '../schemas.ts';
import { RELEASES_ERRORS as E } from './errors.ts';

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

const environmentParams = z.strictObject({ environmentId: Id });
const freezeBody = z.strictObject({
  /** Left out: now, by the clock of the server; that of whoever asks may be off. */
  startsAt: Timestamp.optional(),
  endsAt: Timestamp,
  reason: z.string().min(1).max(500),
});
const environmentFields = {
  requiredApprovals: z.int().min(0).max(10),
  isSeparationOfDuties: z.boolean(),
  policy: z.string().min(1).max(200).nullable(),
};

/** Where releases go, in which order, and when not. */
export const ENVIRONMENT_ROUTES = {
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
} as const;
