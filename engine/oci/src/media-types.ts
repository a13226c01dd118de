import { fail } from './errors.ts';
import type { ImageLayer } from './types.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
/** Layer of a docker-archive: a plain tar unless its bytes say otherwise. */
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar';

/** What a registry is asked for, the richer form first. */
export const MANIFEST_ACCEPT = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST].join(', ');

const SCHEMA1: ReadonlySet<string> = new Set([
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]);
const DOCUMENTS: ReadonlyMap<string, 'manifest' | 'index'> = new Map([
  [OCI_MANIFEST, 'manifest'],
  [DOCKER_MANIFEST, 'manifest'],
  [OCI_INDEX, 'index'],
  [DOCKER_LIST, 'index'],
]);
const CONFIGS: ReadonlySet<string> = new Set([OCI_CONFIG, DOCKER_CONFIG]);

type LayerKind = Pick<ImageLayer, 'compression' | 'isForeign'>;
const LAYERS: ReadonlyMap<string, LayerKind> = new Map(
  (
    [
      [OCI_LAYER, false],
      ['application/vnd.oci.image.layer.nondistributable.v1.tar', true],
      [DOCKER_LAYER, false],
      ['application/vnd.docker.image.rootfs.foreign.diff.tar', true],
    ] as const
  ).flatMap(([base, isForeign]): [string, LayerKind][] => [
    [base, { compression: 'none', isForeign }],
    [`${base}+gzip`, { compression: 'gzip', isForeign }],
    [`${base}+zstd`, { compression: 'zstd', isForeign }],
    [`${base}.gzip`, { compression: 'gzip', isForeign }],
    [`${base}.zstd`, { compression: 'zstd', isForeign }],
  ]),
);

/**
 * Whether a media type is an image manifest or an index, of OCI or of Docker schema 2; undefined for everything else.
 *
 * @throws AppError `OCI_SCHEMA1`
 */
export function documentKind(mediaType: string, file: string): 'manifest' | 'index' | undefined {
  if (SCHEMA1.has(mediaType)) {
    throw fail('OCI_SCHEMA1', 'this is a Docker schema 1 manifest', { place: { file } });
  }
  return DOCUMENTS.get(mediaType);
}

export function isImageConfig(mediaType: string): boolean {
  return CONFIGS.has(mediaType);
}

/** True for layers that may not be distributed. False for everything else, blobs of artifacts included. */
export function isForeignLayer(mediaType: string): boolean {
  return LAYERS.get(mediaType)?.isForeign === true;
}

/** How the bytes of a layer are stored, from its media type. @throws AppError `OCI_MEDIA_TYPE_UNKNOWN` */
export function layerKind(mediaType: string, file: string, pointer: string): LayerKind {
  const kind = LAYERS.get(mediaType);
  if (kind !== undefined) return kind;
  throw fail('OCI_MEDIA_TYPE_UNKNOWN', `a layer is of the unknown media type "${mediaType.slice(0, 120)}"`, {
    place: { file, pointer },
  });
}
