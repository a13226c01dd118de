import type { ObservedContainer, Target } from '@stella-ops/contracts/deployments';
import type { StateLook } from '../../ui/index.ts';
import { counted } from '../common/words.ts';

/** One sentence: what runs there, and whether that is what should. */
export function targetSentence(target: Target): string {
  const runs = target.release === null ? 'Nothing was deployed here yet' : `Runs ${target.release}`;
  if (target.status === 'never_seen')
    return `Nothing was heard of it yet: its agent ${target.agent} has to run there and reach it.`;
  if (target.status === 'stale') return `${runs}, as far as is known: its agent ${target.agent} is silent.`;
  return target.drift.length === 0
    ? `${runs}; no drift.`
    : `${runs}; ${counted(target.drift.length, 'drift')} to look at.`;
}

/** What a container was last seen doing is not what it does now, once its agent is silent. */
export function containerLook({ state, health }: ObservedContainer, status: Target['status']): StateLook {
  const word = health === 'none' ? state : `${state}, ${health}`;
  if (status !== 'online') return { tone: 'stale', word: `was ${word}`, icon: 'clock' };
  if (state !== 'running') return { tone: 'failed', word, icon: 'alert' };
  if (health === 'unhealthy') return { tone: 'failed', word, icon: 'alert' };
  return health === 'starting' ? { tone: 'gate', word } : { tone: 'good', word };
}

/**
 * The digest that a container's image is known by in releases. An Engine that did not need to pull an image knows no
 * manifest digest of it: then the label counts, once the server found the image to be the one that was deployed.
 */
export function imageDigestOf(
  { imageId, repoDigests, labels }: Pick<ObservedContainer, 'imageId' | 'repoDigests' | 'labels'>,
  { releaseId, drift }: Pick<Target, 'releaseId' | 'drift'>,
): string {
  const named = repoDigests.map((one) => one.slice(one.lastIndexOf('@') + 1));
  const labelled = Object.hasOwn(labels, 'stella.digest') ? labels['stella.digest'] : undefined;
  const isDeployed = releaseId !== null && drift.every(({ observed }) => observed !== imageId);
  if (labelled !== undefined && (isDeployed || named.includes(labelled))) return labelled;
  return named[0] ?? imageId;
}

const DAY_MS = 86_400_000;
/** Agents renew after two thirds of a certificate's life; one that has less left could not. */
const SOON_MS = 7 * DAY_MS;

/** How a certificate stands; undefined while there is nothing to say. */
export function certificateLook(expiresAt: string, nowMs: number): StateLook | undefined {
  const leftMs = Date.parse(expiresAt) - nowMs;
  if (leftMs <= 0) return { tone: 'failed', word: 'Expired', icon: 'alert' };
  return leftMs < SOON_MS ? { tone: 'gate', word: 'Expires soon' } : undefined;
}
