import type { BoardCell } from '@stella-ops/contracts/deployments';
import type { BoardEnvironment, OpenOnBoard, ReleaseOnBoard } from '../store/board.ts';
import { isUnderWay } from './deployment-states.ts';
import { scannedPlatform } from './release-digest.ts';

/**
 * One component in one environment: what is there, and what comes. The state is that of what comes, where something does.
 *
 * @param open promotions into the environment that are under way, oldest first
 */
export function boardCell(
  component: string,
  environment: BoardEnvironment,
  open: readonly OpenOnBoard[],
  releases: ReadonlyMap<string, ReleaseOnBoard>,
): BoardCell {
  const current = partOf(component, environment.currentReleaseId, releases);
  const coming = open.findLast(({ releaseId }) => partOf(component, releaseId, releases) !== undefined);
  const here = current === undefined ? EMPTY : whatIsHere(environment);
  const place = {
    environment: environment.name,
    environmentId: environment.id,
    releaseId: current?.release.id ?? null,
    release: current?.release.release ?? null,
    version: current?.release.version ?? null,
    digest: current?.digest ?? null,
    drift: environment.drift.filter((one) => current !== undefined && (one === component || one === null)).length,
    isFrozen: environment.isFrozen,
    since: current === undefined ? null : environment.currentSince,
  };
  if (coming === undefined || here.state === 'deploying') {
    const promotionId = current === undefined ? null : environment.currentPromotionId;
    return { ...place, ...here, promotionId, next: null };
  }
  const release = releases.get(coming.releaseId);
  const sentence = `${release?.release ?? ''}: ${coming.sentence}`;
  const next = {
    promotionId: coming.id,
    releaseId: coming.releaseId,
    release: release?.release ?? '',
    version: release?.version ?? '',
  };
  return { ...place, state: comingState(coming), sentence, promotionId: coming.id, next };
}

type Here = Pick<BoardCell, 'state' | 'sentence'>;

const EMPTY: Here = { state: 'empty', sentence: 'Nothing was brought here yet.' };

function whatIsHere({ deployment, currentReleaseId, promotionState, promotionSentence }: BoardEnvironment): Here {
  if (deployment !== null && isUnderWay(deployment.state)) {
    return { state: 'deploying', sentence: deployment.sentence };
  }
  if (deployment !== null && deployment.releaseId === currentReleaseId) {
    const isThere = deployment.state === 'succeeded' || deployment.state === 'rolled_back';
    return { state: isThere ? 'deployed' : 'failed', sentence: deployment.sentence };
  }
  const state = promotionState === 'deployed' || promotionState === 'failed' ? promotionState : 'approved';
  return { state, sentence: promotionSentence ?? '' };
}

function comingState({ state, isFrozen }: OpenOnBoard): BoardCell['state'] {
  if (state === 'pending_approval') return 'waiting_approval';
  return isFrozen ? 'frozen' : 'waiting_gate';
}

function partOf(component: string, releaseId: string | null, releases: ReadonlyMap<string, ReleaseOnBoard>) {
  const release = releaseId === null ? undefined : releases.get(releaseId);
  const part = release?.parts.find((one) => one.component === component);
  if (release === undefined || part === undefined) return undefined;
  return { release, digest: part.indexDigest ?? scannedPlatform(part.platforms)?.manifestDigest ?? null };
}
