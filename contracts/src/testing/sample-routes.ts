import * as z from 'zod';
import { EXIT } from '@stella-ops/engine-kernel/errors';
import { pageOf, pageQuery } from '../paging.ts';
import { bytes, defineRoute, empty, events } from '../route.ts';
import { Id, JsonValue, Slug } from '../schemas.ts';

const Crate = z
  .object({ id: Id, name: Slug, weight: z.number(), labels: z.record(z.string(), z.string()) })
  .meta({ id: 'SampleCrate' });

/** One route of each kind, for tests of everything that is made from routes. */
export const SAMPLE_ROUTES = {
  createCrate: defineRoute({
    id: 'sample.create',
    method: 'POST',
    path: '/api/v1/crates',
    summary: 'Create a crate',
    scopes: ['release.write'],
    body: z.strictObject({ name: Slug, weight: z.number().max(1000), labels: z.record(z.string(), z.string()) }),
    responses: { 201: Crate },
    errors: { CRATE_EXISTS: { status: 409, exit: EXIT.denied, hint: 'Choose another name.' } },
    idempotent: true,
  }),
  getCrate: defineRoute({
    id: 'sample.get',
    method: 'GET',
    path: '/api/v1/crates/{crateId}',
    summary: 'Read a crate',
    scopes: ['release.read'],
    params: z.strictObject({ crateId: z.string().max(100) }),
    responses: { 200: Crate },
    errors: {},
  }),
  listCrates: defineRoute({
    id: 'sample.list',
    method: 'GET',
    path: '/api/v1/crates',
    summary: 'List crates',
    scopes: ['release.read'],
    query: z.strictObject({
      ...pageQuery,
      heavy: z.boolean().optional(),
      minWeight: z.number().optional(),
      name: z.array(Slug).optional(),
    }),
    responses: { 200: pageOf(Crate) },
    errors: {},
    paging: true,
  }),
  changeCrate: defineRoute({
    id: 'sample.change',
    method: 'PUT',
    path: '/api/v1/crates/{crateId}',
    summary: 'Change a crate',
    scopes: ['release.write'],
    params: z.strictObject({ crateId: z.string().max(100) }),
    body: z.strictObject({ weight: z.number() }),
    responses: { 200: Crate },
    errors: {},
    ifMatch: true,
  }),
  removeCrate: defineRoute({
    id: 'sample.remove',
    method: 'DELETE',
    path: '/api/v1/crates/{crateId}',
    summary: 'Remove a crate',
    scopes: ['release.write', 'release.read'],
    params: z.strictObject({ crateId: z.string().max(100) }),
    responses: { 204: empty },
    errors: {},
  }),
  uploadCrate: defineRoute({
    id: 'sample.upload',
    method: 'PUT',
    path: '/api/v1/crates/{crateId}/content',
    summary: 'Upload the content of a crate',
    scopes: ['release.write'],
    params: z.strictObject({ crateId: z.string().max(100) }),
    body: bytes('application/octet-stream'),
    responses: { 200: z.object({ sizeBytes: z.int() }) },
    errors: {},
    maxBodyBytes: 100_000,
  }),
  downloadCrate: defineRoute({
    id: 'sample.download',
    method: 'GET',
    path: '/api/v1/crates/{crateId}/content',
    summary: 'Download the content of a crate',
    scopes: ['evidence.read'],
    params: z.strictObject({ crateId: z.string().max(100) }),
    responses: { 200: bytes('application/octet-stream') },
    errors: {},
    auditsRead: true,
  }),
  watchCrates: defineRoute({
    id: 'sample.watch',
    method: 'GET',
    path: '/api/v1/crates/events',
    summary: 'Follow changes of crates',
    scopes: 'authenticated',
    responses: { 200: events(z.object({ crate: z.string(), note: JsonValue.optional() })) },
    errors: {},
  }),
  ping: defineRoute({
    id: 'sample.ping',
    method: 'GET',
    path: '/api/v1/ping',
    summary: 'Answer',
    scopes: 'public',
    responses: { 200: z.object({ pong: z.boolean() }) },
    errors: {},
  }),
} as const;
