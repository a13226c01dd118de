import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { bytes, defineRoute } from '../route.ts';
import { Digest, Id, Timestamp } from '../schemas.ts';

export const CONCELIER_ERRORS = {
  ADVISORIES_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Send OSV records as JSON, JSON lines or a zip archive.',
  },
  SNAPSHOT_EMPTY: { status: 409, exit: EXIT.invalid, hint: 'Import advisories first.' },
} as const satisfies ErrorTable;

/** One upstream record as received; never merged, never changed. */
export const Observation = z.object({
  digest: Digest,
  /** Id in its source: `GHSA-…`, `PYSEC-…`. */
  advisoryId: z.string(),
  source: z.string(),
  modified: z.string(),
  isWithdrawn: z.boolean(),
  /** At most 200 are listed. */
  aliases: z.array(z.string()),
  summary: z.string().nullable(),
  /** At most 200 are listed; look-up by package finds up to 5,000 of one record. */
  packages: z.array(z.object({ ecosystem: z.string(), name: z.string() })),
  packageCount: z.int(),
  receivedAt: Timestamp,
});
export type Observation = z.infer<typeof Observation>;

export const AdvisorySnapshot = z.object({
  id: Id,
  /** Of the set of record digests: equal sets have equal digests. */
  digest: Digest,
  /** Object with the index file. */
  indexDigest: Digest,
  records: z.int(),
  sizeBytes: z.int(),
  createdAt: Timestamp,
});
export type AdvisorySnapshot = z.infer<typeof AdvisorySnapshot>;

export const BrokenDocument = z.object({
  place: z.string(),
  code: z.string(),
  message: z.string(),
});

export const CONCELIER_ROUTES = {
  importAdvisories: defineRoute({
    id: 'concelier.advisories.import',
    method: 'POST',
    path: '/api/v1/advisories/import',
    summary: 'Import OSV records',
    scopes: ['advisory.ingest'],
    query: z.strictObject({
      /** Where they come from, as it shall be shown. */
      source: z.string().min(1).max(100).default('upload'),
    }),
    body: bytes('application/json', 'application/x-ndjson', 'application/zip', 'application/octet-stream'),
    responses: {
      200: z.object({
        imported: z.int(),
        unchanged: z.int(),
        /** At most 100 are listed. */
        broken: z.array(BrokenDocument),
        brokenCount: z.int(),
      }),
    },
    errors: { ADVISORIES_INVALID: CONCELIER_ERRORS.ADVISORIES_INVALID },
  }),
  listAdvisories: defineRoute({
    id: 'concelier.advisories.list',
    method: 'GET',
    path: '/api/v1/advisories',
    summary: 'List advisory records, by id',
    scopes: ['advisory.read'],
    query: z.strictObject({
      ...pageQuery,
      /** Id or alias, exact. */
      id: z.string().min(1).max(200).optional(),
      ecosystem: z.string().min(1).max(100).optional(),
      package: z.string().min(1).max(300).optional(),
      /** `current`: the newest version of each id; `all`: older ones too. */
      versions: z.enum(['current', 'all']).default('current'),
    }),
    responses: { 200: pageOf(Observation) },
    errors: {},
    paging: true,
  }),
  getAdvisory: defineRoute({
    id: 'concelier.advisories.get',
    method: 'GET',
    path: '/api/v1/advisories/records/{digest}',
    summary: 'Download one record exactly as it was received',
    scopes: ['advisory.read'],
    params: z.strictObject({ digest: Digest }),
    responses: { 200: bytes('application/json') },
    errors: {},
  }),
  getLinkset: defineRoute({
    id: 'concelier.linksets.get',
    method: 'GET',
    path: '/api/v1/advisories/linksets/{vulnerability}',
    summary: 'Read which records speak of the same vulnerability, without merging them',
    scopes: ['advisory.read'],
    params: z.strictObject({ vulnerability: z.string().min(1).max(200) }),
    responses: {
      200: z.object({
        vulnerability: z.string(),
        /** Ids and aliases of the observations, sorted. */
        names: z.array(z.string()),
        observations: z.array(Observation),
        /** False when more than 200 observations are joined: these are then not all. */
        isWhole: z.boolean(),
      }),
    },
    errors: {},
  }),
  createSnapshot: defineRoute({
    id: 'concelier.snapshots.create',
    method: 'POST',
    path: '/api/v1/advisories/snapshots',
    summary: 'Freeze what is known now into a snapshot that decisions name',
    scopes: ['advisory.ingest'],
    body: z.strictObject({}),
    responses: { 200: AdvisorySnapshot, 201: AdvisorySnapshot },
    errors: { SNAPSHOT_EMPTY: CONCELIER_ERRORS.SNAPSHOT_EMPTY },
    idempotent: true,
  }),
  listSnapshots: defineRoute({
    id: 'concelier.snapshots.list',
    method: 'GET',
    path: '/api/v1/advisories/snapshots',
    summary: 'List snapshots, newest first: the first one is current',
    scopes: ['advisory.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(AdvisorySnapshot) },
    errors: {},
    paging: true,
  }),
  getSnapshot: defineRoute({
    id: 'concelier.snapshots.get',
    method: 'GET',
    path: '/api/v1/advisories/snapshots/{snapshotId}',
    summary: 'Read a snapshot',
    scopes: ['advisory.read'],
    params: z.strictObject({ snapshotId: Id }),
    responses: { 200: AdvisorySnapshot },
    errors: {},
  }),
  downloadSnapshot: defineRoute({
    id: 'concelier.snapshots.download',
    method: 'GET',
    path: '/api/v1/advisories/snapshots/{snapshotId}/index',
    summary: 'Download the index file of a snapshot, for work without a server',
    scopes: ['advisory.read'],
    params: z.strictObject({ snapshotId: Id }),
    responses: { 200: bytes('application/octet-stream') },
    errors: {},
  }),
} as const;

export const CONCELIER_EVENTS = {
  snapshotCreated: defineEvent({
    type: 'concelier.snapshot.created',
    version: 1,
    summary: 'There is a new current advisory snapshot',
    scope: 'advisory.read',
    data: z.strictObject({ snapshotId: Id, digest: Digest, indexDigest: Digest, records: z.int() }),
  }),
} as const;
