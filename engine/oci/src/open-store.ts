import type { ImageStore } from './image-store.ts';
import { openLayoutStore } from './layout-store.ts';
import { folderMembers } from './members.ts';
import { archiveForm, closingOnError, network, openImage, type OpenOptions } from './open-image.ts';
import { registryClient } from './registry/registry-client.ts';
import { openRegistryStore } from './registry-store.ts';
import { formatSource, type Source } from './source.ts';
import { archiveMembers } from './spool.ts';
import { storeOfImage } from './store-of-image.ts';

/**
 * Opens what a source names as documents and blobs: for copying, and for what hangs on an image (`referrers`). An
 * image out of an engine or an old docker-archive is given a manifest. Close the store afterwards.
 *
 * @throws AppError as {@link openImage}
 */
export async function openStore(source: Source, options: OpenOptions): Promise<ImageStore> {
  const name = formatSource(source);
  switch (source.kind) {
    case 'registry':
      return openRegistryStore(registryClient(source.reference.registry, network(options, name)), source.reference);
    case 'oci-dir':
      return openLayoutStore(folderMembers(source.path), source.selector, name);
    case 'oci-archive':
    case 'archive': {
      const members = await archiveMembers(source.path, options.tempDir);
      const isLayout = await closingOnError(
        members,
        async () => (await archiveForm(members, source)) === 'oci-archive',
      );
      if (isLayout) return closingOnError(members, () => openLayoutStore(members, source.selector, name));
      await members.close();
      return openImageAsStore(source, options);
    }
    case 'docker':
    case 'docker-archive':
    case 'dir':
      return openImageAsStore(source, options);
  }
}

async function openImageAsStore(source: Source, options: OpenOptions): Promise<ImageStore> {
  const image = await openImage(source, options);
  return closingOnError(image, () => storeOfImage(image));
}
