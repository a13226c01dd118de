import type { Digest } from '@stella-ops/engine-kernel';
import type { HookName, PlannedDependency, ScriptFile, ScriptHook, ServiceSettings } from './plan-types.ts';
import type { Diagnostic } from './yaml/index.ts';

export type { Diagnostic } from './yaml/index.ts';

/** Of which image a service of a template is made. */
export type TemplateImage =
  | { readonly kind: 'component'; readonly component: string }
  | { readonly kind: 'digest'; readonly repository: string; readonly digest: Digest };

export interface ComposeService {
  readonly name: string;
  readonly image: TemplateImage;
  readonly settings: ServiceSettings;
  readonly dependsOn: readonly PlannedDependency[];
}

export interface ComposeResource {
  readonly key: string;
  /** Name on the engine when the file fixes one. */
  readonly name: string | null;
  readonly isExternal: boolean;
}

/** A Compose file as it is meant: every default written out, every list in its final order. */
export interface ComposeModel {
  readonly kind: 'compose';
  readonly name: string | null;
  /** Each after those that it depends on. */
  readonly services: readonly ComposeService[];
  readonly networks: readonly ComposeResource[];
  readonly volumes: readonly ComposeResource[];
  /** Names after `component:`, sorted. */
  readonly components: readonly string[];
}

/** A script template as it is meant. */
export interface ScriptTemplate {
  readonly kind: 'script';
  readonly archive: string | null;
  readonly files: readonly ScriptFile[];
  readonly hooks: Readonly<Record<HookName, ScriptHook | null>>;
  readonly keep: number;
  /** Components that the template names; empty: it takes all of the release. */
  readonly components: readonly string[];
}

export type ReadResult<T> =
  { readonly ok: true; readonly model: T } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The image of a component in a release, for the platform of a target. */
export interface ReleaseImage {
  /** `registry.example/shop/web`, without tag or digest. */
  readonly repository: string;
  readonly manifestDigest: Digest;
  readonly configDigest: Digest | null;
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string | null } | null;
}

export interface RenderOptions {
  /** Stable for a pair of environment and target: `[a-z0-9][a-z0-9_-]{0,62}`. */
  readonly project: string;
  /** By component. */
  readonly images: Readonly<Record<string, ReleaseImage>>;
  readonly labels: { readonly deploymentId: string; readonly releaseId: string; readonly environment: string };
}

/** A plan with the bytes that are hashed and sent. */
export interface Rendered<P> {
  readonly plan: P;
  /** Canonical JSON. */
  readonly bytes: Buffer;
  readonly digest: Digest;
}
