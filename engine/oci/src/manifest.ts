import { decodeOrThrow, isObject, parseJson, type Shape, shape, withoutUndefined } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { documentKind } from './media-types.ts';
import type { Descriptor } from './types.ts';

/** Far above any real document (a registry must take 4 MiB), far below what would hurt. */
export const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;
export const MAX_LAYERS = 500;

export interface Manifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Index {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Go programs write null for what is empty. */
function orAbsent<T>(inner: Shape<T>): { readonly optional: Shape<T | undefined> } {
  return shape.optional((value, pointer, violations) =>
    value === null ? undefined : inner(value, pointer, violations),
  );
}

const mediaType = shape.string({ max: 255 });
const annotations = shape.record(shape.string(), { max: 1000 });
const DESCRIPTOR = shape.object(
  {
    mediaType,
    digest: shape.digest,
    size: shape.integer({ min: 0 }),
    annotations: orAbsent(annotations),
    platform: orAbsent(
      shape.object(
        {
          os: shape.string({ max: 64 }),
          architecture: shape.string({ max: 64 }),
          variant: orAbsent(shape.string({ max: 64 })),
        },
        'open',
      ),
    ),
    artifactType: orAbsent(mediaType),
  },
  'open',
);
const COMMON = {
  schemaVersion: shape.literal(2),
  mediaType: orAbsent(mediaType),
  subject: orAbsent(DESCRIPTOR),
  artifactType: orAbsent(mediaType),
  annotations: orAbsent(annotations),
};
const MANIFEST = shape.object({ ...COMMON, config: DESCRIPTOR, layers: orAbsent(shape.array(DESCRIPTOR)) }, 'open');
const INDEX = shape.object({ ...COMMON, manifests: orAbsent(shape.array(DESCRIPTOR, { max: 10_000 })) }, 'open');

/**
 * Reads an image manifest or an index (OCI image specification 1.1; Docker image manifest version 2, schema 2).
 *
 * @param bytes at most 10 MiB; the caller has compared them with their digest
 * @param named the media type by which the document was named (descriptor, `Content-Type`); undefined when it was not
 * @param file for the place of errors
 * @throws AppError `OCI_MEDIA_TYPE_UNKNOWN`, `OCI_SCHEMA1`, `OCI_MANIFEST_AMBIGUOUS`, `OCI_MANIFEST_INVALID`,
 *   `OCI_TOO_MANY_LAYERS`, and what the kernel's JSON and shape readers throw
 */
export function parseDocument(bytes: Uint8Array, named: string | undefined, file: string): Manifest | Index {
  const value = parseJson(bytes, file, { maxBytes: MAX_DOCUMENT_BYTES, maxDepth: 64 });
  if (!isObject(value)) throw fail('OCI_MANIFEST_INVALID', 'the document is not an object', { place: { file } });
  if (value['schemaVersion'] === 1) documentKind('application/vnd.docker.distribution.manifest.v1+json', file);
  const type = settleMediaType(value, named, file);
  const kind = documentKind(type, file);
  if (kind === undefined) {
    throw fail('OCI_MEDIA_TYPE_UNKNOWN', `a document of the unknown media type "${type.slice(0, 120)}"`, {
      place: { file },
    });
  }
  // One document that is a manifest to some readers and an index to others (CVE-2021-41190).
  const alien = kind === 'manifest' ? ['manifests'] : ['config', 'layers'];
  const found = alien.find((member) => Object.hasOwn(value, member));
  if (found !== undefined || Object.hasOwn(value, 'fsLayers')) {
    throw fail('OCI_MANIFEST_AMBIGUOUS', `an image ${kind} with the member "${found ?? 'fsLayers'}"`, {
      place: { file, pointer: `/${found ?? 'fsLayers'}` },
    });
  }
  return kind === 'manifest' ? readManifest(value, type, file) : readIndex(value, type, file);
}

function readManifest(value: unknown, type: string, file: string): Manifest {
  const { config, layers, subject, artifactType, annotations } = decodeOrThrow(MANIFEST, value, file);
  if ((layers?.length ?? 0) > MAX_LAYERS) {
    throw fail('OCI_TOO_MANY_LAYERS', `${layers?.length} layers are over the limit of ${MAX_LAYERS}`, {
      place: { file, pointer: '/layers' },
    });
  }
  return {
    kind: 'manifest',
    mediaType: type,
    config: tidy(config),
    layers: (layers ?? []).map(tidy),
    ...withoutUndefined({ subject: subject && tidy(subject), artifactType, annotations }),
  };
}

function readIndex(value: unknown, type: string, file: string): Index {
  const { manifests, subject, artifactType, annotations } = decodeOrThrow(INDEX, value, file);
  return {
    kind: 'index',
    mediaType: type,
    manifests: (manifests ?? []).map(tidy),
    ...withoutUndefined({ subject: subject && tidy(subject), artifactType, annotations }),
  };
}

/** The media type of a document: as it was named and as it says itself, which must be one. */
function settleMediaType(value: Record<string, unknown>, named: string | undefined, file: string): string {
  const own = Object.hasOwn(value, 'mediaType') ? value['mediaType'] : undefined;
  if (typeof own === 'string' && own !== '') {
    if (named !== undefined && named !== own) {
      throw fail(
        'OCI_MANIFEST_AMBIGUOUS',
        `named "${named.slice(0, 120)}", but it calls itself "${own.slice(0, 120)}"`,
        { place: { file, pointer: '/mediaType' } },
      );
    }
    return own;
  }
  if (named !== undefined) return named;
  // Only OCI documents may leave their media type out.
  return `application/vnd.oci.image.${Object.hasOwn(value, 'manifests') ? 'index' : 'manifest'}.v1+json`;
}

function tidy(read: ReturnType<typeof DESCRIPTOR>): Descriptor {
  const { os, architecture, variant } = read.platform ?? {};
  const platform =
    os === undefined || architecture === undefined
      ? undefined
      : { os, architecture, ...(variant === undefined || variant === '' ? {} : { variant }) };
  return {
    mediaType: read.mediaType,
    digest: read.digest,
    size: read.size,
    ...withoutUndefined({ annotations: read.annotations, platform, artifactType: read.artifactType }),
  };
}
