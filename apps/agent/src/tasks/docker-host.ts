import type { ContainerClient } from '@stella-ops/engine-docker';
import { type DockerExecutorOptions, dockerExecutor, observeTarget } from '@stella-ops/engine-deploy';
import type { DataFolder } from '../data-folder.ts';
import { guarded } from './guarded.ts';
import type { Host } from './host.ts';
import { loopbackOnly } from './loopback-only.ts';

const SWEEP_MS = 30_000;
/** What changes the answer to "what runs here": all containers, for one that is not ours may be a rogue. */
const ACTIONS = ['create', 'start', 'die', 'destroy', 'health_status', 'pause', 'rename', 'unpause'];

export interface DockerHostOptions {
  readonly docker: ContainerClient;
  readonly login: NonNullable<DockerExecutorOptions['login']>;
  readonly folder: DataFolder;
  readonly isLoopbackOnly: boolean;
}

/** The Docker Engine that this agent reaches. */
export function dockerHost({ docker, login, folder, isLoopbackOnly }: DockerHostOptions): Host {
  return {
    sweepMs: SWEEP_MS,
    executor(target, check) {
      const executor = dockerExecutor({ docker: guarded(docker, check), folder: folder.target(target.name), login });
      return isLoopbackOnly ? loopbackOnly(executor) : executor;
    },
    async observe(target, signal) {
      const executor = dockerExecutor({ docker, folder: folder.target(target.name), login });
      const containers = await observeTarget(executor, signal);
      return { engineVersion: (await docker.version()).version, containers };
    },
    changes: (_target, signal) => docker.events({ types: ['container'], actions: ACTIONS, signal }),
    async platform() {
      const { os, architecture } = await docker.info();
      return `${os}/${architecture}`;
    },
  };
}
