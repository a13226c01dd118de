import type { Digest } from '@stella-ops/engine-kernel';

/** An image of one platform, exactly. */
export interface PlannedImage {
  /** `registry.example/shop/web@sha256:…`: what is pulled. */
  readonly reference: string;
  readonly repository: string;
  /** What stands in the reference: the platform's manifest; of a foreign image whatever its author wrote. */
  readonly manifestDigest: Digest;
  /** Image ID on engines with the classic store. Null for foreign images, and where the registry was never asked. */
  readonly configDigest: Digest | null;
  readonly platform: PlannedPlatform | null;
}

export interface PlannedPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
}

export interface PlannedPort {
  /** `0.0.0.0`, `127.0.0.1`, `::1`, …; without a host port it says where the engine may choose one. */
  readonly hostIp: string;
  readonly hostPort: number | null;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface PlannedMount {
  readonly kind: 'volume' | 'bind' | 'tmpfs';
  /** Key of a volume of the plan, absolute path of the host, or null (tmpfs). */
  readonly source: string | null;
  readonly target: string;
  readonly isReadOnly: boolean;
  /** Of a tmpfs; null: no limit. */
  readonly sizeBytes: number | null;
}

export interface PlannedHealthcheck {
  /** As the Engine takes it: `['CMD', …]`, `['CMD-SHELL', line]`, `['NONE']`. */
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

export interface PlannedRestart {
  readonly policy: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  readonly maxRetries: number;
}

export interface PlannedDependency {
  readonly service: string;
  readonly condition: 'service_started' | 'service_healthy';
}

/** What a service is set to apart from its image and its labels: what `stella.config.hash` is made of. */
export interface ServiceSettings {
  /** Null: those of the image. An empty list is none at all. */
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly PlannedPort[];
  readonly mounts: readonly PlannedMount[];
  /** Keys of networks of the plan, with further names of the service there. */
  readonly networks: readonly { readonly network: string; readonly aliases: readonly string[] }[];
  /** Instead of networks; null: they count. */
  readonly networkMode: 'none' | 'host' | null;
  /** Null: that of the image. */
  readonly healthcheck: PlannedHealthcheck | null;
  /** Labels of the author. */
  readonly userLabels: Readonly<Record<string, string>>;
  readonly restart: PlannedRestart;
  readonly user: string | null;
  readonly hostname: string | null;
  readonly workingDir: string | null;
  readonly isReadOnly: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly stopGracePeriodMs: number;
  readonly stopSignal: string | null;
  /** Thousand millionths of a processor; null: no limit. */
  readonly nanoCpus: number | null;
  readonly memoryBytes: number | null;
  /** `name:address`. */
  readonly extraHosts: readonly string[];
  readonly isInit: boolean;
  /** A fixed name; null: the executor chooses one. */
  readonly containerName: string | null;
}

export interface PlannedService {
  readonly name: string;
  /** Null for a foreign image. */
  readonly component: string | null;
  readonly image: PlannedImage;
  readonly settings: ServiceSettings;
  /** Digest of the canonical JSON of `settings`. */
  readonly configHash: Digest;
  readonly dependsOn: readonly PlannedDependency[];
  /** All labels of the container: the author's and `stella.*`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the new container may run beside the old one; if not, why not, as the end of a sentence. */
  readonly order: { readonly isStartFirst: boolean; readonly reason: string | null };
}

export interface PlannedResource {
  /** As services name it. */
  readonly key: string;
  /** On the engine. */
  readonly name: string;
  /** Somebody else's: must be there, is never made. */
  readonly isExternal: boolean;
}

/** Whose plan it is. */
export interface PlanIdentity {
  readonly deploymentId: string;
  readonly releaseId: string;
  readonly environment: string;
}

/** What is to run on one Docker Engine. Canonical JSON of it is what is hashed, sent and carried out. */
export interface ComposePlan extends PlanIdentity {
  readonly format: 'stella.compose-plan/v1';
  /** Stable for a pair of environment and target: it says which containers are ours. */
  readonly project: string;
  /** Each after those that it depends on. */
  readonly services: readonly PlannedService[];
  readonly networks: readonly PlannedResource[];
  readonly volumes: readonly PlannedResource[];
}

export const HOOK_NAMES = ['before', 'install', 'verify', 'after', 'rollback'] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** One program to run. There is no shell unless `argv` names one. */
export interface ScriptHook {
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ScriptFile {
  /** Relative to the folder of the release. */
  readonly path: string;
  readonly content: string;
  readonly isExecutable: boolean;
}

/** What is to be installed on one script host. */
export interface ScriptPlan extends PlanIdentity {
  readonly format: 'stella.script-plan/v1';
  readonly project: string;
  /** The images of the release, by component. */
  readonly components: readonly { readonly component: string; readonly image: PlannedImage }[];
  /** The component whose image's files are unpacked into the folder of the release; null: none. */
  readonly archive: string | null;
  readonly files: readonly ScriptFile[];
  readonly hooks: Readonly<Record<HookName, ScriptHook | null>>;
  /** How many folders of earlier releases stay on the host. */
  readonly keep: number;
  /** Digest of components, archive and files: the name of the folder `releases/<hex>`. */
  readonly contentDigest: Digest;
}

export type Plan = ComposePlan | ScriptPlan;

/** Labels that every container of ours has. `stella.step` is not among them: labels never change. */
export const LABELS = {
  project: 'stella.project',
  service: 'stella.service',
  deployment: 'stella.deployment.id',
  release: 'stella.release.id',
  component: 'stella.component',
  environment: 'stella.environment',
  /** Manifest digest of the image. */
  digest: 'stella.digest',
  configHash: 'stella.config.hash',
} as const;
