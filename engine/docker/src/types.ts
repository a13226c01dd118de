import type { Digest } from '@stella-ops/engine-kernel';

export interface EngineVersion {
  /** Of the engine, `20.10.24+dfsg1`. */
  readonly version: string;
  readonly apiVersion: string;
  readonly minApiVersion?: string;
  readonly os: string;
  readonly architecture: string;
}

/** What we use of `GET /images/{name}/json`. */
export interface EngineImage {
  /** Digest of the image config; on engines with the containerd store the digest of the manifest or index. */
  readonly id: Digest;
  readonly tags: readonly string[];
  /** `repository@sha256:…`, known only for images that were pulled or pushed. */
  readonly repoDigests: readonly string[];
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly sizeBytes: number;
}

/** What we use of a row of `GET /images/json`. */
export interface EngineImageRow {
  readonly id: Digest;
  readonly tags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
}

/** A Docker Engine. Each call opens a connection of its own, so there is nothing to close. */
export interface DockerClient {
  /** The address, for messages. */
  readonly host: string;
  /** API version that both sides speak: what {@link DockerClient} calls use. */
  ping(): Promise<{ readonly apiVersion: string }>;
  version(): Promise<EngineVersion>;
  /** Every image that is not an intermediate of a build. */
  listImages(): Promise<readonly EngineImageRow[]>;
  inspectImage(reference: string): Promise<EngineImage>;
  /** The image as the tar that `docker save` writes. The request is made when iteration starts. */
  saveImage(reference: string): AsyncIterable<Uint8Array>;
}
