import type { Digest } from '@stella-ops/engine-kernel';
import type { Inventory, Subject } from '@stella-ops/engine-inventory';
import type { Platform } from '@stella-ops/engine-oci';

/**
 * The inventory of an image that a document describes. Verdicts, exceptions and VEX statements find an image by the
 * subject's digest, so that is the image's and no longer the document's; what was said of its platform stands beside it.
 * The kind stays `sbom`: a policy can tell what somebody wrote from what we read, and so can whoever opens a capsule.
 *
 * @param imageDigest left out when nobody names an image: the document then stays its own subject
 */
export function inventoryOfImage(
  inventory: Inventory,
  image: { readonly name: string; readonly imageDigest: Digest | undefined; readonly platform: Platform | undefined },
): Inventory {
  const { imageDigest, name } = image;
  if (imageDigest === undefined) return inventory;
  const platform = image.platform ?? inventory.subject.platform;
  const subject: Subject = {
    kind: 'sbom',
    name,
    digest: imageDigest,
    describes: imageDigest,
    ...(platform === undefined ? {} : { platform }),
  };
  return { ...inventory, subject };
}
