import type { ContainerClient } from '@stella-ops/engine-docker';

/** What a deployment asks of a Docker Engine. */
export type ContainerEngine = Pick<
  ContainerClient,
  | 'info'
  | 'listImages'
  | 'inspectImage'
  | 'pullImage'
  | 'listContainers'
  | 'inspectContainer'
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'renameContainer'
  | 'containerLogs'
  | 'inspectNetwork'
  | 'createNetwork'
  | 'connectNetwork'
  | 'inspectVolume'
  | 'createVolume'
>;

export interface DockerExecutorOptions {
  readonly docker: ContainerEngine;
  /** Where `compose.stella.lock.yml` and `stella.version.json` are written. */
  readonly folder: string;
  /** Login for a registry host, when there is one. */
  readonly login?: (registry: string) => Promise<{ readonly username: string; readonly password: string } | undefined>;
  /** Between two looks at a container, default 250. */
  readonly pollMs?: number;
  /** How long a container without a health check must run, default 3000. */
  readonly settleMs?: number;
}
