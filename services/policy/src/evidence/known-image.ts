import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { parseDigest } from '@stella-ops/engine-kernel';
import { AppError } from '@stella-ops/engine-kernel/errors';
import { fail } from '../errors.ts';
import { type PolicyParts, SERVICE } from '../parts.ts';
import type { Evidence } from './gather.ts';

/** The image that the scanner knows by a digest, of whatever kind. @throws AppError `IMAGE_UNKNOWN` */
export async function knownImage(
  { host }: PolicyParts,
  tenantId: string,
  imageDigest: string,
  onBehalfOf: string,
): Promise<Evidence['image']> {
  const scanner = host.client(SCANNER_ROUTES, { tenantId, service: SERVICE, scopes: ['scanner.read'], onBehalfOf });
  try {
    const { body } = await scanner.getImage({ params: { imageDigest } });
    return { digest: parseDigest(body.digest), inventoryDigest: parseDigest(body.inventoryDigest) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
    throw fail('IMAGE_UNKNOWN', `image ${imageDigest} was not scanned`);
  }
}
