import * as z from 'zod';
import { pageOf, pageQuery } from '../paging.ts';
import { Person } from '../person.ts';
import { defineRoute } from '../route.ts';
import { Platform, SCANNER_ERRORS } from '../scanner/index.ts';
import { Digest, Id, Slug, Timestamp } from '../schemas.ts';
import { RELEASES_ERRORS as E } from './errors.ts';

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

/** Releases: made once, never changed. */
export const RELEASE_ROUTES = {
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
} as const;
