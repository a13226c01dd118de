import { resolve } from 'node:path';
import { containerClient, type RegistryLogin } from '@stella-ops/engine-docker';
import { type Credentials, dockerConfigCredentials } from '@stella-ops/engine-oci';
import type { Clock } from '@stella-ops/engine-kernel';
import type { DataFolder } from '../data-folder.ts';
import { dockerHost } from './docker-host.ts';
import type { Hosts } from './host.ts';
import { openRegistryImage } from './open-registry-image.ts';
import { scriptHost } from './script-host.ts';

export interface HostOptions {
  /** As `DOCKER_HOST`; empty: where the Engine listens by default. Absent: no Docker targets. */
  readonly dockerHost?: string;
  /** Registry logins as `docker login` keeps them. */
  readonly dockerConfig?: string;
  /** Whether Docker targets may publish ports on loopback only. */
  readonly isLoopbackOnly?: boolean;
  /** Folder of the script targets. Absent: none. */
  readonly scriptRoot?: string;
}

/** @throws AppError `DOCKER_HOST_INVALID`, `REGISTRY_CREDENTIALS_INVALID`; an Engine that is away is no error */
export async function openHosts(options: HostOptions, folder: DataFolder, clock: Clock): Promise<Hosts> {
  const { dockerHost: address, dockerConfig, scriptRoot, isLoopbackOnly = false } = options;
  const credentials =
    dockerConfig === undefined ? () => ({ kind: 'anonymous' }) as const : await dockerConfigCredentials(dockerConfig);
  return {
    ...(address === undefined
      ? {}
      : {
          docker: dockerHost({
            docker: containerClient(address === '' ? {} : { host: address }),
            login: loginOf(credentials),
            folder,
            isLoopbackOnly,
          }),
        }),
    ...(scriptRoot === undefined
      ? {}
      : {
          script: scriptHost(resolve(scriptRoot), (image, signal) =>
            openRegistryImage(image, signal, { clock, credentials }),
          ),
        }),
  };
}

/** The Engine takes user and password; what `docker login` left elsewhere is not ours to fetch. */
function loginOf(credentials: (registry: string, repository: string) => Credentials) {
  return (registry: string): Promise<RegistryLogin | undefined> => {
    const found = credentials(registry, '');
    const login = found.kind === 'basic' ? { username: found.username, password: found.password } : undefined;
    return Promise.resolve(login);
  };
}
