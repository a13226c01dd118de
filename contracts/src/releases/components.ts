import * as z from 'zod';
import { pageOf, pageQuery } from '../paging.ts';
import { defineRoute } from '../route.ts';
import { Id, Slug, Timestamp } from '../schemas.ts';
import { RELEASES_ERRORS as E } from './errors.ts';

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

const componentParams = z.strictObject({ componentId: Id });
const repository = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._:-]*(?:\/[a-z0-9._-]+)+$/)
  .max(300);

/** What releases are made of. */
export const COMPONENT_ROUTES = {
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
} as const;
