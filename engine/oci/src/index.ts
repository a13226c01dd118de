export { copyImage, type CopyOptions, type CopyResult } from './copy-image.ts';
export { OCI_ERRORS } from './errors.ts';
export type { ImageStore } from './image-store.ts';
export { writeLayoutArchive } from './layout-archive.ts';
export { createLayout, type LayoutWriter, type ManifestEntry } from './layout-writer.ts';
export type { Selector } from './layout-store.ts';
export { type Index, type Manifest, parseDocument } from './manifest.ts';
export * from './media-types.ts';
export { openImage, type OpenOptions } from './open-image.ts';
export { openStore } from './open-store.ts';
export { choosePlatform, formatPlatform, isAttestation, isPlatform, parsePlatform } from './platform.ts';
export { formatReference, parseReference, type Reference } from './reference.ts';
export { classifyAddress, isLoopbackHost } from './registry/address.ts';
export { dockerConfigCredentials } from './registry/docker-config.ts';
export { registryClient } from './registry/registry-client.ts';
export type { BlobUpload, Credentials, RegistryClient, RegistryOptions, StoredManifest } from './registry/types.ts';
export {
  type ArchiveSource,
  type Destination,
  formatSource,
  parseDestination,
  parseSource,
  type Source,
} from './source.ts';
export * from './types.ts';
