import type { RiskDifference } from '@stella-ops/contracts/findings';
import type { ImageFacts } from '../domain/risk/facts.ts';
import { pairImages } from '../domain/risk/pair-images.ts';
import { tellDifference } from '../domain/risk/tell-difference.ts';
import type { Parts } from '../parts.ts';
import { imageFacts } from '../risk/image-facts.ts';
import { neighbours } from '../risk/neighbours.ts';

interface Question {
  readonly tenantId: string;
  /** Who asks. */
  readonly onBehalfOf: string;
  readonly releaseId: string;
  /** Undefined: nothing was there. */
  readonly against: string | undefined;
}

/**
 * Tells how a release differs from another one in risk. Images are taken one after the other: the memory that it takes is
 * that of the differences and of one pair of images, however many the releases have.
 *
 * @param signal ends it between two images
 * @throws AppError `NOT_FOUND`
 */
export async function compareReleases(
  parts: Parts,
  { tenantId, onBehalfOf, releaseId, against }: Question,
  signal: AbortSignal,
): Promise<RiskDifference> {
  const ask = neighbours(parts, tenantId, onBehalfOf);
  const to = await ask.release(releaseId);
  const from = against === undefined ? undefined : await ask.release(against);
  const images: ImageFacts[] = [];
  for (const pair of pairImages(from, to)) {
    // The caller is gone or was told that it took too long: no answer is sent any more, and that is no fault.
    if (signal.aborted) break;
    images.push(await imageFacts(parts, tenantId, pair, ask));
  }
  return tellDifference(from, to, images);
}
