import type { SCANNER_EVENTS } from '@stella-ops/contracts/scanner';
import type { EventData } from '@stella-ops/contracts';
import type { Transaction } from 'kysely';
import { findImage, type ImageRow, putImage, type SeenImage } from '../store/images.ts';
import { lockDigest } from '../store/locks.ts';
import { fail } from '../errors.ts';

export interface RecordedImage {
  readonly image: ImageRow;
  readonly isNew: boolean;
  /** Set for the first inventory of the image, or another one: to be published in the same transaction. */
  readonly scanned: EventData<typeof SCANNER_EVENTS.imageScanned> | undefined;
}

/**
 * Writes what is known of an image now.
 *
 * @throws AppError `IMAGE_SCANNED` for a document about an image whose layers were read: whoever may upload could
 *   otherwise exchange what we found for what suits him
 */
export async function recordImage<T>(tx: Transaction<T>, tenantId: string, seen: SeenImage): Promise<RecordedImage> {
  await lockDigest(tx, 'image', tenantId, seen.digest);
  const before = await findImage(tx, tenantId, seen.digest);
  if (seen.origin === 'sbom' && before?.origin === 'scan') {
    throw fail('IMAGE_SCANNED', `the image ${before.digest} was scanned from its layers`);
  }
  const known = before?.digest === seen.digest ? before : undefined;
  const image = await putImage(tx, tenantId, seen);
  const isSame = known?.inventoryDigest === seen.inventoryDigest && known.origin === seen.origin;
  return {
    image,
    isNew: known === undefined,
    scanned: isSame
      ? undefined
      : {
          imageDigest: image.digest,
          inventoryDigest: image.inventoryDigest,
          name: image.name,
          platform: image.platform,
        },
  };
}
