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
  const runs = whatRuns(environment);
  const current = partOf(component, runs.releaseId, releases);
  const attempt = lastAttempt(environment);
  const attempted = attempt.releaseId === runs.releaseId ? undefined : partOf(component, attempt.releaseId, releases);
  const coming = open.findLast(({ releaseId }) => partOf(component, releaseId, releases) !== undefined);
  const here = current === undefined && attempted === undefined ? EMPTY : attempt;
  const place = {
    environment: environment.name,
    environmentId: environment.id,
    releaseId: current?.release.id ?? null,
    release: current?.release.release ?? null,
    version: current?.release.version ?? null,
    digest: current?.digest ?? null,
    drift: environment.drift.filter((one) => current !== undefined && (one === component || one === null)).length,
    isFrozen: environment.isFrozen,
    since: current === undefined ? null : runs.since,
  };
  if (coming === undefined || here.state === 'deploying') {
    const promotionId = here === EMPTY ? null : promotionOf(environment);
    const next = attempted === undefined || promotionId === null ? null : nextOf(attempted.release, promotionId);
    return { ...place, state: here.state, sentence: here.sentence, promotionId, next };
  }
  const release = releases.get(coming.releaseId);
  const sentence = `${release?.release ?? ''}: ${coming.sentence}`;
  const next = release === undefined ? null : nextOf(release, coming.id);
  return { ...place, state: comingState(coming), sentence, promotionId: coming.id, next };
}

const nextOf = ({ id, release, version }: ReleaseOnBoard, promotionId: string): NonNullable<BoardCell['next']> => ({
  promotionId,
  releaseId: id,
  release,
  version,
});

/** Another release may have been approved while one is being deployed. */
function promotionOf({ deployment, currentPromotionId }: BoardEnvironment): string | null {
  const isRunning = deployment !== null && isUnderWay(deployment.state);
  return (isRunning ? deployment.promotionId : null) ?? currentPromotionId;
}

type Here = Pick<BoardCell, 'state' | 'sentence'>;

const EMPTY: Here = { state: 'empty', sentence: 'Nothing was brought here yet.' };

/** What an attempt replaces keeps running until the attempt has succeeded on every target; without targets, what was approved. */
function whatRuns({ deployment, done, currentReleaseId, currentSince }: BoardEnvironment): {
  readonly releaseId: string | null;
  readonly since: string | null;
} {
  if (deployment === null) return { releaseId: currentReleaseId, since: currentSince };
  return { releaseId: done?.releaseId ?? null, since: done?.updatedAt ?? null };
}

/** The last thing that was to happen here: a deployment, or an approval that came after it. */
function lastAttempt({
  deployment,
  currentReleaseId,
  currentSince,
  promotionState,
  promotionSentence,
}: BoardEnvironment): Here & { readonly releaseId: string | null } {
  const isApprovedSince =
    deployment !== null &&
    !isUnderWay(deployment.state) &&
    deployment.releaseId !== currentReleaseId &&
    currentSince !== null &&
    currentSince > deployment.createdAt;
  if (deployment !== null && !isApprovedSince) {
    const { releaseId, sentence } = deployment;
    if (isUnderWay(deployment.state)) return { releaseId, state: 'deploying', sentence };
    const isThere = deployment.state === 'succeeded' || deployment.state === 'rolled_back';
    return { releaseId, state: isThere ? 'deployed' : 'failed', sentence };
  }
  const state = promotionState === 'deployed' || promotionState === 'failed' ? promotionState : 'approved';
  return { releaseId: currentReleaseId, state, sentence: promotionSentence ?? '' };
}

function comingState({ state, isFrozen }: OpenOnBoard): BoardCell['state'] {
  if (state === 'pending_approval') return 'pending_approval';
  return isFrozen ? 'frozen' : 'pending_gate';
}

function partOf(component: string, releaseId: string | null, releases: ReadonlyMap<string, ReleaseOnBoard>) {
  const release = releaseId === null ? undefined : releases.get(releaseId);
  const part = release?.parts.find((one) => one.component === component);
  if (release === undefined || part === undefined) return undefined;
  return { release, digest: part.indexDigest ?? scannedPlatform(part.platforms)?.manifestDigest ?? null };
}
