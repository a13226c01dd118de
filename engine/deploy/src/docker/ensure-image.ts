import type { PlannedImage } from '@stella-ops/engine-compose';
import type { EngineImage } from '@stella-ops/engine-docker';
import { AppError } from '@stella-ops/engine-kernel';
import { isImage } from '../drift.ts';
import { fail } from '../errors.ts';
import type { StepContext } from '../types.ts';
import type { ContainerEngine, DockerExecutorOptions } from './container-engine.ts';

/**
 * Has an image on the engine, pulled when it is not there, and verified either way.
 *
 * @returns the id by which the engine knows it
 * @throws AppError `DEPLOY_PLATFORM`, `DEPLOY_DIGEST_MISMATCH`, and what a pull throws
 */
export async function ensureImage(
  { docker, login }: DockerExecutorOptions,
  image: PlannedImage,
  context: StepContext,
): Promise<string> {
  const host = await docker.info();
  const { platform, reference } = image;
  const runs = `${host.os}/${host.architecture}`;
  if (platform !== null && (platform.os !== host.os || platform.architecture !== host.architecture)) {
    const built = `${platform.os}/${platform.architecture}`;
    throw fail('DEPLOY_PLATFORM', `${reference} is built for ${built}; this host runs ${runs}`);
  }
  // Loaded from an archive an image has no reference, but its config digest is the same.
  const names = image.configDigest === null ? [reference] : [image.configDigest, reference];
  let found = await inspectAny(docker, names);
  if (found === undefined) {
    const [registry = ''] = image.repository.split('/');
    let told = 0;
    await docker.pullImage(image.repository, image.manifestDigest, {
      login: await login?.(registry),
      signal: context.signal,
      onProgress: ({ currentBytes, totalBytes }) => {
        const tenths = totalBytes === 0 ? 0 : Math.floor((10 * currentBytes) / totalBytes);
        if (tenths <= told) return;
        told = tenths;
        context.output(`${reference}: ${tenths * 10} % of ${Math.ceil(totalBytes / 1e6)} MB\n`);
      },
    });
    found = await docker.inspectImage(reference);
  }
  if (!isImage({ imageId: found.id, repoDigests: found.repoDigests }, image)) {
    throw fail(
      'DEPLOY_DIGEST_MISMATCH',
      `${reference} is the image ${found.id} here, not ${image.configDigest ?? image.manifestDigest}`,
    );
  }
  if (found.os !== host.os || found.architecture !== host.architecture) {
    throw fail(
      'DEPLOY_PLATFORM',
      `${reference} is built for ${found.os}/${found.architecture}; this host runs ${runs}`,
    );
  }
  return found.id;
}

async function inspectAny(docker: ContainerEngine, names: readonly string[]): Promise<EngineImage | undefined> {
  for (const name of names) {
    try {
      return await docker.inspectImage(name);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DOCKER_NO_SUCH_IMAGE') throw error;
    }
  }
  return undefined;
}
