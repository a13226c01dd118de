import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { bytes, defineRoute } from '../route.ts';
import { Digest, Id, Timestamp } from '../schemas.ts';

/** `linux/amd64`, `linux/arm/v7`. */
export const Platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/)
  .max(60);

export const SCANNER_ERRORS = {
  SOURCE_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Name an image as registry/repository:tag or registry/repository@sha256:….',
  },
  SBOM_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Send CycloneDX JSON 1.4 to 1.6 or SPDX JSON 2.3.' },
  ARCHIVE_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Send what "docker save" or an OCI layout archive holds.' },
  IMAGE_UNAVAILABLE: {
    status: 422,
    exit: EXIT.notFound,
    hint: 'Check the reference and the registry credentials of this installation.',
  },
  REGISTRY_UNAVAILABLE: {
    status: 502,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The registry does not answer; try again.',
  },
  REGISTRY_FORBIDDEN: {
    status: 422,
    exit: EXIT.verification,
    hint: 'The operator lists it in the settings file: "scanner: { registries: [{ host: HOST, isPlainHttp: true }] }".',
  },
  IMAGE_SCANNED: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'The layers of this image were read; a document that describes it does not take their place.',
  },
  UPLOAD_LOST: {
    status: 409,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The same archive was removed at this moment, after another scan of it; send it again.',
  },
  IMAGE_TOO_LARGE: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Raise scanner.maxImageBytes if images of this size are expected.',
  },
  SCAN_TIMEOUT: {
    status: 504,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Layers that were read are kept, so another scan has less to do; or raise scanner.scanTimeoutSeconds.',
  },
  SCAN_INTERRUPTED: {
    status: 500,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The process that scanned ended each time, perhaps for want of memory; the log of the server says more.',
  },
  SCAN_FAULT: { status: 500, exit: EXIT.unexpected, hint: 'Report the id of the scan to the operator.' },
} as const satisfies ErrorTable;

/** An image as this tenant knows it: one platform of one image, by the digest of its manifest. */
export const Image = z.object({
  /** Digest of the platform manifest; for archives without one, of the config. Everything refers to an image by it. */
  digest: Digest,
  /** As it was named when it was last scanned. */
  name: z.string(),
  platform: Platform.nullable(),
  indexDigest: Digest.nullable(),
  configDigest: Digest.nullable(),
  /** Where the inventory came from: layers we read, or a document somebody uploaded. */
  origin: z.enum(['scan', 'sbom']),
  inventoryDigest: Digest,
  components: z.int(),
  gaps: z.int(),
  sizeBytes: z.int().nullable(),
  firstSeenAt: Timestamp,
  scannedAt: Timestamp,
});
export type Image = z.infer<typeof Image>;

export const Scan = z.object({
  id: Id,
  source: z.string(),
  platform: Platform.nullable(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed']),
  imageDigest: Digest.nullable(),
  attempts: z.int(),
  /** Why it failed; while it is queued again, why the last attempt did. */
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  requestedBy: z.string(),
  createdAt: Timestamp,
  finishedAt: Timestamp.nullable(),
});
export type Scan = z.infer<typeof Scan>;

/** All digests by which the world may know one image (ARCHITECTURE: tag → digest is resolved once). */
export const ResolvedImage = z.object({
  repository: z.string(),
  tag: z.string().nullable(),
  indexDigest: Digest.nullable(),
  platforms: z.array(z.object({ platform: Platform, manifestDigest: Digest, configDigest: Digest })).min(1),
});
export type ResolvedImage = z.infer<typeof ResolvedImage>;

const imageParams = z.strictObject({ imageDigest: Digest });

export const SCANNER_ROUTES = {
  createScan: defineRoute({
    id: 'scanner.scans.create',
    method: 'POST',
    path: '/api/v1/scans',
    summary: 'Scan an image of a registry; the work is done later',
    scopes: ['scanner.scan'],
    body: z.strictObject({
      /** `registry.example/shop/app:1.2` or `…@sha256:…`. */
      source: z.string().min(1).max(500),
      /** Default: `linux/amd64` where the image has several. */
      platform: Platform.optional(),
    }),
    responses: { 202: Scan },
    errors: {
      SOURCE_INVALID: SCANNER_ERRORS.SOURCE_INVALID,
      REGISTRY_FORBIDDEN: SCANNER_ERRORS.REGISTRY_FORBIDDEN,
    },
    idempotent: true,
  }),
  uploadArchive: defineRoute({
    id: 'scanner.archives.upload',
    method: 'POST',
    path: '/api/v1/images/archives',
    summary: 'Scan an uploaded image archive; the work is done later',
    scopes: ['scanner.scan'],
    query: z.strictObject({ name: z.string().min(1).max(500), platform: Platform.optional() }),
    body: bytes('application/x-tar', 'application/octet-stream'),
    responses: { 202: Scan },
    errors: { ARCHIVE_INVALID: SCANNER_ERRORS.ARCHIVE_INVALID, UPLOAD_LOST: SCANNER_ERRORS.UPLOAD_LOST },
    maxBodyBytes: 4 * 1024 ** 3,
  }),
  listScans: defineRoute({
    id: 'scanner.scans.list',
    method: 'GET',
    path: '/api/v1/scans',
    summary: 'List scans, newest first',
    scopes: ['scanner.read'],
    query: z.strictObject({ ...pageQuery, status: Scan.shape.status.optional() }),
    responses: { 200: pageOf(Scan) },
    errors: {},
    paging: true,
  }),
  getScan: defineRoute({
    id: 'scanner.scans.get',
    method: 'GET',
    path: '/api/v1/scans/{scanId}',
    summary: 'Read how far a scan is',
    scopes: ['scanner.read'],
    params: z.strictObject({ scanId: Id }),
    responses: { 200: Scan },
    errors: {},
  }),
  importSbom: defineRoute({
    id: 'scanner.sboms.import',
    method: 'POST',
    path: '/api/v1/images/sboms',
    summary: 'Record an image by an SBOM that describes it',
    scopes: ['scanner.scan'],
    query: z.strictObject({
      name: z.string().min(1).max(500),
      /** Which image it describes; default: what the document says. */
      imageDigest: Digest.optional(),
      platform: Platform.optional(),
    }),
    body: bytes('application/json', 'application/vnd.cyclonedx+json', 'application/spdx+json'),
    responses: { 200: Image, 201: Image },
    errors: { SBOM_INVALID: SCANNER_ERRORS.SBOM_INVALID, IMAGE_SCANNED: SCANNER_ERRORS.IMAGE_SCANNED },
    maxBodyBytes: 256 * 1024 ** 2,
  }),
  resolveImage: defineRoute({
    id: 'scanner.images.resolve',
    method: 'POST',
    path: '/api/v1/images/resolve',
    summary: 'Ask the registry which digests a reference means now',
    scopes: ['scanner.read'],
    body: z.strictObject({ reference: z.string().min(1).max(500) }),
    responses: { 200: ResolvedImage },
    errors: {
      SOURCE_INVALID: SCANNER_ERRORS.SOURCE_INVALID,
      REGISTRY_FORBIDDEN: SCANNER_ERRORS.REGISTRY_FORBIDDEN,
      IMAGE_UNAVAILABLE: SCANNER_ERRORS.IMAGE_UNAVAILABLE,
      REGISTRY_UNAVAILABLE: SCANNER_ERRORS.REGISTRY_UNAVAILABLE,
    },
  }),
  listImages: defineRoute({
    id: 'scanner.images.list',
    method: 'GET',
    path: '/api/v1/images',
    summary: 'List images, last scanned first',
    scopes: ['scanner.read'],
    query: z.strictObject({
      ...pageQuery,
      /** Part of the name. */
      name: z.string().min(1).max(200).optional(),
    }),
    responses: { 200: pageOf(Image) },
    errors: {},
    paging: true,
  }),
  getImage: defineRoute({
    id: 'scanner.images.get',
    method: 'GET',
    path: '/api/v1/images/{imageDigest}',
    summary: 'Read an image, by manifest, config or index digest',
    scopes: ['scanner.read'],
    params: imageParams,
    responses: { 200: Image },
    errors: {},
  }),
  getInventory: defineRoute({
    id: 'scanner.images.inventory',
    method: 'GET',
    path: '/api/v1/images/{imageDigest}/inventory',
    summary: 'Download the inventory of an image, in canonical JSON',
    scopes: ['scanner.read'],
    params: imageParams,
    responses: { 200: bytes('application/json') },
    errors: {},
  }),
  getSbom: defineRoute({
    id: 'scanner.images.sbom',
    method: 'GET',
    path: '/api/v1/images/{imageDigest}/sbom',
    summary: 'Download the SBOM of an image',
    scopes: ['scanner.read'],
    params: imageParams,
    query: z.strictObject({ format: z.enum(['cyclonedx', 'spdx']).default('cyclonedx') }),
    responses: { 200: bytes('application/vnd.cyclonedx+json', 'application/spdx+json') },
    errors: {},
  }),
} as const;

export const SCANNER_EVENTS = {
  imageScanned: defineEvent({
    type: 'scanner.image.scanned',
    version: 1,
    summary: 'An image has an inventory, for the first time or a new one',
    scope: 'scanner.read',
    data: z.strictObject({
      imageDigest: Digest,
      inventoryDigest: Digest,
      name: z.string(),
      platform: Platform.nullable(),
    }),
  }),
  scanFailed: defineEvent({
    type: 'scanner.scan.failed',
    version: 1,
    summary: 'A scan ended without an inventory',
    scope: 'scanner.read',
    data: z.strictObject({ scanId: Id, source: z.string(), code: z.string() }),
  }),
} as const;
