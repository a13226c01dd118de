import type { DockerClient } from '@stella-ops/engine-docker';
import { openDockerArchive } from './docker-archive.ts';
import { fail } from './errors.ts';
import { openLayoutStore } from './layout-store.ts';
import { folderMembers, type Members } from './members.ts';
import { parsePlatform } from './platform.ts';
import { registryClient } from './registry/registry-client.ts';
import type { RegistryOptions } from './registry/types.ts';
import { openRegistryStore } from './registry-store.ts';
import { resolveImage } from './resolve-image.ts';
import { type ArchiveSource, formatSource, type Source } from './source.ts';
import { archiveMembers, spool, spooledMembers } from './spool.ts';
import type { Image, Platform } from './types.ts';

export interface OpenOptions {
  /** `os/architecture[/variant]`. Absent: the only platform there is, else `linux/amd64`. */
  readonly platform?: string;
  /** An existing folder for what must be spooled: compressed archives, images out of an engine. */
  readonly tempDir: string;
  /** Absent: the network is not used, and a registry source is an error. */
  readonly registry?: RegistryOptions;
  /** Absent: a `docker:` source is an error. */
  readonly docker?: DockerClient;
}

/**
 * Opens the image that a source names. Manifest, index and config are compared with their digests before they are
 * used; layers stay where they are and are not verified. Close the image to remove what was spooled.
 *
 * @throws AppError `OCI_*` and `REGISTRY_*` of this package, `DOCKER_*` of the engine client, `TAR_*` and the
 *   compression errors of the archive package
 */
export async function openImage(source: Source, options: OpenOptions): Promise<Image> {
  const wanted = options.platform === undefined ? undefined : parsePlatform(options.platform);
  const name = formatSource(source);
  switch (source.kind) {
    case 'dir':
      throw fail('OCI_NOT_AN_IMAGE', 'a folder without oci-layout is a file system, not an image', {
        place: { file: source.path },
      });
    case 'registry': {
      const store = openRegistryStore(
        registryClient(source.reference.registry, network(options, name)),
        source.reference,
      );
      return closingOnError(store, () => resolveImage(store, wanted));
    }
    case 'docker': {
      const members = await engineMembers(source.name, options, name);
      return closingOnError(members, () => openDockerArchive(members, {}, wanted, name));
    }
    case 'oci-dir': {
      const store = await openLayoutStore(folderMembers(source.path), source.selector, name);
      return resolveImage(store, wanted);
    }
    case 'oci-archive':
    case 'docker-archive':
    case 'archive': {
      const members = await archiveMembers(source.path, options.tempDir);
      return closingOnError(members, () => openArchive(members, source, wanted, name));
    }
  }
}

async function openArchive(
  members: Members,
  source: ArchiveSource,
  wanted: Platform | undefined,
  name: string,
): Promise<Image> {
  if ((await archiveForm(members, source)) === 'docker-archive') {
    return openDockerArchive(members, source.selector, wanted, name);
  }
  return resolveImage(await openLayoutStore(members, source.selector, name), wanted);
}

/** The form of an archive as its source says, else as its members show; one that has both is a layout. */
export async function archiveForm(members: Members, source: ArchiveSource): Promise<'oci-archive' | 'docker-archive'> {
  if (source.kind !== 'archive') return source.kind;
  if ((await members.find('oci-layout')) !== undefined) return 'oci-archive';
  if ((await members.find('manifest.json')) !== undefined) return 'docker-archive';
  throw fail('OCI_ARCHIVE_INVALID', 'the archive holds neither oci-layout nor manifest.json', {
    place: { file: source.path },
  });
}

/** @throws AppError `OCI_NETWORK_NEEDED` */
export function network(options: Pick<OpenOptions, 'registry'>, name: string): RegistryOptions {
  if (options.registry !== undefined) return options.registry;
  throw fail('OCI_NETWORK_NEEDED', 'the image is in a registry, and the network is not to be used', {
    place: { file: name },
  });
}

/** What an engine saves, spooled. */
export async function engineMembers(reference: string, options: OpenOptions, name: string): Promise<Members> {
  if (options.docker === undefined) {
    throw fail('OCI_ENGINE_NEEDED', 'the image is in a Docker Engine, and none is to be used', {
      place: { file: name },
    });
  }
  return spooledMembers(await spool(options.docker.saveImage(reference), options.tempDir, name), name);
}

/** Runs `open`; when it fails, what it was to take over is closed. */
export async function closingOnError<T>(held: { close(): Promise<void> }, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await held.close();
    throw error;
  }
}
