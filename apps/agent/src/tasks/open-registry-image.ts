import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PlannedImage } from '@stella-ops/engine-compose';
import type { ArchiveImage } from '@stella-ops/engine-deploy';
import type { Clock } from '@stella-ops/engine-kernel';
import type { Credentials } from '@stella-ops/engine-oci';

/** Opens the image of a script template's archive at its registry. */
export async function openRegistryImage(
  { reference }: PlannedImage,
  signal: AbortSignal,
  access: { readonly clock: Clock; readonly credentials: (registry: string, repository: string) => Credentials },
): Promise<ArchiveImage> {
  // Most agents never unpack an image: they need not carry the code for it.
  const { openImage, parseSource } = await import('@stella-ops/engine-oci');
  const tempDir = await mkdtemp(join(tmpdir(), 'stella-agent-'));
  const remove = () => rm(tempDir, { recursive: true, force: true });
  try {
    const sleep = (milliseconds: number) => setTimeout(milliseconds, undefined, { signal });
    const image = await openImage(await parseSource(`registry:${reference}`), {
      tempDir,
      registry: { ...access, sleep, signal },
    });
    return {
      ...(image.manifestDigest === undefined ? {} : { manifestDigest: image.manifestDigest }),
      configDigest: image.configDigest,
      layers: image.layers,
      close: async () => {
        await image.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
