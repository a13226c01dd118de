import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { dockerClient } from '@stella-ops/engine-docker';
import { dockerConfigCredentials, type OpenOptions } from '@stella-ops/engine-oci';
import type { Context } from './context.ts';

/** How images are reached: the Engine that `DOCKER_HOST` names, and the credentials that `docker login` left in a file. */
export async function imageAccess(context: Context): Promise<Pick<OpenOptions, 'registry' | 'docker'>> {
  const { DOCKER_HOST: host, DOCKER_CONFIG: folder, HOME: home, STELLA_INSECURE_REGISTRIES: insecure } = context.env;
  const config = folder ?? (home === undefined || home === '' ? undefined : join(home, '.docker'));
  return {
    docker: dockerClient(host === undefined || host === '' ? {} : { host }),
    registry: {
      clock: context.clock,
      sleep: (milliseconds) => setTimeout(milliseconds),
      ...(config === undefined ? {} : { credentials: await dockerConfigCredentials(join(config, 'config.json')) }),
      ...(insecure === undefined ? {} : { insecure: insecure.split(',').filter((one) => one !== '') }),
    },
  };
}
