import type { Clock, Digest } from '@stella-ops/engine-kernel';
import type { Descriptor } from '../types.ts';
import type { AddressClass } from './address.ts';

/** How to prove who we are to one registry. */
export type Credentials =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A refresh token, exchanged at the token endpoint (OAuth 2). */
  | { readonly kind: 'identity'; readonly token: string }
  /** Sent to the registry as it is. */
  | { readonly kind: 'bearer'; readonly token: string }
  /** A program that keeps the secret. It is not run: requests go out anonymously, and a refusal says why. */
  | { readonly kind: 'helper'; readonly helper: string };

export interface RegistryOptions {
  /** For the expiry of tokens and `Retry-After` dates. */
  readonly clock: Clock;
  /** Waits between attempts. */
  sleep(milliseconds: number): Promise<void>;
  /** Default: anonymous. See `dockerConfigCredentials`. */
  readonly credentials?: (registry: string, repository: string) => Credentials;
  /** Registries (`host` or `host:port`) besides loopback that are spoken to without TLS. */
  readonly insecure?: readonly string[];
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** Longest silence of a peer. Default 60 s. */
  readonly idleTimeoutMs?: number;
  /** How often a request is tried in all. Default 5. */
  readonly attempts?: number;
  /** Upload blobs in chunks of this size; absent: in one piece. */
  readonly chunkBytes?: number;
  readonly signal?: AbortSignal;
  /** What kind of network an address belongs to. Default {@link classifyAddress}; another one for split networks. */
  readonly classify?: (address: string) => AddressClass;
  /**
   * From which network the registry's name comes. `public`: a stranger gave it, and it may not lead to a private,
   * loopback or link-local address. Absent: the name is the caller's own and may lead anywhere.
   */
  readonly namedBy?: AddressClass;
}

export interface BlobUpload {
  readonly repository: string;
  readonly descriptor: Descriptor;
  /** The bytes from the start, called once per attempt. */
  open(): AsyncIterable<Uint8Array>;
  /** A repository of the same registry that has the blob: it is mounted from there when the registry agrees. */
  readonly mountFrom?: string;
}

export interface StoredManifest {
  /** As stored; its digest was computed, and compared with what was asked for and with what the registry says. */
  readonly bytes: Buffer;
  readonly digest: Digest;
  /** `Content-Type`, where it says more than "JSON". */
  readonly mediaType?: string;
}

/** A client of one registry (OCI distribution specification 1.1). Close it to end idle connections. */
export interface RegistryClient {
  readonly registry: string;
  /** Asks whether this is a registry and these credentials get in. */
  ping(): Promise<void>;
  getManifest(repository: string, tagOrDigest: string): Promise<StoredManifest>;
  /** The digest behind a tag without the manifest; undefined when there is none, or the registry does not say. */
  headManifest(repository: string, tagOrDigest: string): Promise<Digest | undefined>;
  /** With a `subject` inside, the referrers of the subject know of it afterwards, by API or by fallback tag. */
  putManifest(repository: string, tagOrDigest: string, bytes: Uint8Array, mediaType: string): Promise<Digest>;
  hasBlob(repository: string, digest: Digest): Promise<boolean>;
  /** A small blob (config), whole and verified. */
  readBlob(repository: string, descriptor: Descriptor): Promise<Buffer>;
  /** A blob of the size it should have, not hashed; resumed when the connection breaks. */
  streamBlob(repository: string, descriptor: Descriptor): AsyncIterable<Uint8Array>;
  putBlob(upload: BlobUpload): Promise<void>;
  /** In the order of the registry. */
  listTags(repository: string): Promise<string[]>;
  referrers(repository: string, digest: Digest, artifactType?: string): Promise<readonly Descriptor[]>;
  close(): void;
}
