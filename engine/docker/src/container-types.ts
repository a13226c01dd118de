import type { Digest } from '@stella-ops/engine-kernel';
import type { DockerClient } from './types.ts';

export type ContainerHealth = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** What we use of a row of `GET /containers/json`. */
export interface ContainerRow {
  readonly id: string;
  readonly names: readonly string[];
  readonly imageId: string;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`. */
  readonly state: string;
  /** From the words of the status. */
  readonly health: ContainerHealth;
  readonly labels: Readonly<Record<string, string>>;
}

/** What we use of `GET /containers/{id}/json`. */
export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  /** Config digest with the classic store, manifest or index digest with the containerd store. */
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
  readonly health: ContainerHealth;
  readonly exitCode: number;
  /** What the Engine says about a failed start. */
  readonly error: string;
  /** Null when it never ran. */
  readonly startedAt: string | null;
  readonly restartCount: number;
  /** The check that counts, of the image or of the container. Null: there is none. */
  readonly healthcheck: {
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly retries: number;
    readonly startPeriodMs: number;
  } | null;
}

export interface EngineResource {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface EngineInfo {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly os: string;
  /** As images name it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface EngineEvent {
  /** `container`, `image`, `network`, … */
  readonly type: string;
  /** `create`, `start`, `die`, `health_status: healthy`, … */
  readonly action: string;
  readonly id: string;
  /** Labels, name and image of the object. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Seconds since 1970 with nine decimals: what `since` takes to go on from here. */
  readonly time: string;
}

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

export interface PullOptions {
  readonly login?: RegistryLogin | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes here and in all, over the layers that the Engine has told of. */
  readonly onProgress?:
    ((progress: { readonly currentBytes: number; readonly totalBytes: number }) => void) | undefined;
}

export interface EventFilter {
  readonly types?: readonly string[];
  readonly actions?: readonly string[];
  /** `name` or `name=value`. */
  readonly labels?: readonly string[];
  /** Events before are told first, as far as the Engine kept them. */
  readonly since?: string;
  readonly until?: string;
  readonly signal?: AbortSignal;
}

/** A Docker Engine whose containers are managed. What was so already is an answer, not an error. */
export interface ContainerClient extends DockerClient {
  info(): Promise<EngineInfo>;
  /** @param labels `name` or `name=value`; all must match. Stopped containers are listed too. */
  listContainers(labels: readonly string[]): Promise<readonly ContainerRow[]>;
  /** Undefined when there is none. @param id id or name */
  inspectContainer(id: string): Promise<EngineContainer | undefined>;
  /**
   * @param spec body of `POST /containers/create`
   * @throws AppError `DOCKER_NO_SUCH_IMAGE` when the Engine does not have the image
   */
  createContainer(
    name: string,
    spec: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly outcome: 'created'; readonly id: string } | { readonly outcome: 'name-taken' }>;
  /** @throws AppError `DOCKER_NO_SUCH_CONTAINER`, `DOCKER_PORT_TAKEN` */
  startContainer(id: string): Promise<'started' | 'already'>;
  /** @param graceMs time between the stop signal and the kill */
  stopContainer(id: string, graceMs: number): Promise<'stopped' | 'already' | 'gone'>;
  /** Kills it when it runs. Named volumes stay. */
  removeContainer(id: string): Promise<'removed' | 'gone'>;
  renameContainer(id: string, name: string): Promise<'renamed' | 'name-taken'>;
  /** The last lines that it wrote, at most 64 KiB. */
  containerLogs(id: string, lines: number): Promise<string>;
  /**
   * @param reference `repository@sha256:…`
   * @throws AppError `DOCKER_PULL_NOT_FOUND`, `DOCKER_PULL_DENIED`, `DOCKER_PLATFORM_MISSING`,
   *   `DOCKER_REGISTRY_UNREACHABLE`, `DOCKER_PULL_FAILED`; also when the Engine says so in the middle of its answer
   */
  pullImage(repository: string, digest: Digest, options?: PullOptions): Promise<void>;
  inspectNetwork(name: string): Promise<EngineResource | undefined>;
  /** @param labels `name` or `name=value`; all must match */
  listNetworks(labels: readonly string[]): Promise<readonly EngineResource[]>;
  /** A network that a container is in stays. */
  removeNetwork(name: string): Promise<'removed' | 'gone' | 'in-use'>;
  createNetwork(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Before a container starts it may be put into further networks; one that it is in already is fine. */
  connectNetwork(name: string, containerId: string, aliases: readonly string[]): Promise<void>;
  inspectVolume(name: string): Promise<EngineResource | undefined>;
  /** @param labels `name` or `name=value`; all must match */
  listVolumes(labels: readonly string[]): Promise<readonly EngineResource[]>;
  /** With what is in it. A volume that a container has stays. */
  removeVolume(name: string): Promise<'removed' | 'gone' | 'in-use'>;
  /** Keeps the volume that is there. */
  createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Ends when the connection does; ask again with `since` the last time seen, then list. */
  events(filter: EventFilter): AsyncIterable<EngineEvent>;
}
