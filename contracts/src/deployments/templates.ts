import * as z from 'zod';
import { Person } from '../person.ts';
import { bytes, defineRoute } from '../route.ts';
import { Digest, Id, Timestamp } from '../schemas.ts';
import { DEPLOYMENTS_ERRORS as E } from './errors.ts';

export const Strategy = z.enum(['all_at_once', 'rolling']);

export const EnvironmentTemplate = z.object({
  environmentId: Id,
  kind: z.enum(['compose', 'script']),
  digest: Digest,
  services: z.array(z.string()),
  strategy: Strategy,
  batchSize: z.int(),
  updatedBy: Person,
  updatedAt: Timestamp,
});
export type EnvironmentTemplate = z.infer<typeof EnvironmentTemplate>;

const environmentParams = z.strictObject({ environmentId: Id });

/** What the plans of an environment are made from. */
export const TEMPLATE_ROUTES = {
  setTemplate: defineRoute({
    id: 'deployments.templates.set',
    method: 'PUT',
    path: '/api/v1/environments/{environmentId}/template',
    summary: 'Give an environment its Compose file or script template; images are named "component:NAME"',
    scopes: ['environment.write'],
    params: environmentParams,
    query: z.strictObject({
      kind: z.enum(['compose', 'script']).default('compose'),
      strategy: Strategy.default('all_at_once'),
      batchSize: z.int().min(1).max(100).default(1),
    }),
    body: bytes('application/yaml', 'application/octet-stream'),
    responses: { 200: EnvironmentTemplate },
    errors: { TEMPLATE_INVALID: E.TEMPLATE_INVALID },
    maxBodyBytes: 1024 ** 2,
  }),
  getTemplate: defineRoute({
    id: 'deployments.templates.get',
    method: 'GET',
    path: '/api/v1/environments/{environmentId}/template',
    summary: 'Read what is known of the template of an environment; null when it was given none',
    scopes: ['environment.read'],
    params: environmentParams,
    responses: { 200: z.object({ template: EnvironmentTemplate.nullable() }) },
    errors: {},
  }),
} as const;
