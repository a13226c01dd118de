import type { BoardEnvironment, OpenOnBoard, ReleaseOnBoard } from '../store/board.ts';
import { boardCell } from './board-cell.ts';
import { expect, test } from 'vitest';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const release = (version: string, letter: string): ReleaseOnBoard => ({
  id: version,
  release: `shop ${version}`,
  version,
  parts: [{ component: 'api', indexDigest: digest(letter), platforms: [] }],
});
const releases = new Map([release('1.0', 'a'), release('1.1', 'b'), release('1.2', 'c')].map((one) => [one.id, one]));

const at = (minute: number): string => `2026-11-21T10:${String(minute).padStart(2, '0')}:00.000Z`;
const approved = (version: string, minute: number): BoardEnvironment => ({
  id: 'env',
  name: 'prod',
  order: 1,
  isFrozen: false,
  targets: 1,
  drift: [],
  currentReleaseId: version,
  currentPromotionId: `promotion of ${version}`,
  currentSince: at(minute),
  promotionState: 'approved',
  promotionSentence: 'It may go out.',
  deployment: null,
  done: null,
});
const deployment = (
  version: string,
  state: NonNullable<BoardEnvironment['deployment']>['state'],
  minute: number,
): BoardEnvironment['deployment'] => ({
  releaseId: version,
  promotionId: `promotion of ${version}`,
  state,
  sentence: `${version} ${state}`,
  createdAt: at(minute),
});
const cellOf = (environment: BoardEnvironment, open: readonly OpenOnBoard[] = []) => {
  const { version, digest: shown, state, sentence, next } = boardCell('api', environment, open, releases);
  return { version, digest: shown?.slice(7, 8) ?? null, state, sentence, next: next?.version ?? null };
};

test('without targets, what was approved is what is there', () => {
  expect(cellOf(approved('1.0', 1))).toMatchObject({ version: '1.0', digest: 'a', state: 'approved', next: null });
});

test('what is being deployed is on its way; what it replaces is what runs', () => {
  const environment = {
    ...approved('1.1', 5),
    deployment: deployment('1.1', 'running', 6),
    done: { releaseId: '1.0', updatedAt: at(2) },
  };
  expect(cellOf(environment)).toEqual({
    version: '1.0',
    digest: 'a',
    state: 'deploying',
    sentence: '1.1 running',
    next: '1.1',
  });
});

test('a deployment that failed leaves what ran before it', () => {
  const environment = {
    ...approved('1.1', 5),
    deployment: deployment('1.1', 'failed', 6),
    done: { releaseId: '1.0', updatedAt: at(2) },
  };
  expect(cellOf(environment)).toMatchObject({ version: '1.0', digest: 'a', state: 'failed', next: '1.1' });
});

test('a first deployment that failed leaves nothing, and is shown', () => {
  const environment = { ...approved('1.0', 1), deployment: deployment('1.0', 'failed', 2) };
  expect(cellOf(environment)).toMatchObject({ version: null, digest: null, state: 'failed', next: '1.0' });
});

test('what is deployed is what runs', () => {
  const environment = {
    ...approved('1.1', 5),
    deployment: deployment('1.1', 'succeeded', 6),
    done: { releaseId: '1.1', updatedAt: at(7) },
  };
  expect(cellOf(environment)).toMatchObject({ version: '1.1', digest: 'b', state: 'deployed', next: null });
});

test('a rollback that failed is shown over what it should have replaced', () => {
  const environment = {
    ...approved('1.1', 5),
    deployment: deployment('1.0', 'failed', 8),
    done: { releaseId: '1.1', updatedAt: at(7) },
  };
  expect(cellOf(environment)).toMatchObject({ version: '1.1', digest: 'b', state: 'failed', next: '1.0' });
});

test('what was approved after the last deployment waits for its own', () => {
  const environment = {
    ...approved('1.2', 9),
    deployment: deployment('1.1', 'succeeded', 6),
    done: { releaseId: '1.1', updatedAt: at(7) },
  };
  expect(cellOf(environment)).toMatchObject({ version: '1.1', digest: 'b', state: 'approved', next: '1.2' });
});

test('what is approved while another is deployed waits behind that, and does not hide it', () => {
  const environment = {
    ...approved('1.2', 9),
    deployment: deployment('1.1', 'running', 6),
    done: { releaseId: '1.0', updatedAt: at(2) },
  };
  expect(boardCell('api', environment, [], releases)).toMatchObject({
    version: '1.0',
    state: 'deploying',
    promotionId: 'promotion of 1.1',
    next: { version: '1.1', promotionId: 'promotion of 1.1' },
  });
});

test('a promotion that is open comes before what failed', () => {
  const environment = {
    ...approved('1.1', 5),
    deployment: deployment('1.1', 'failed', 6),
    done: { releaseId: '1.0', updatedAt: at(2) },
  };
  const open: OpenOnBoard = {
    id: 'open',
    environmentId: 'env',
    releaseId: '1.2',
    state: 'pending_approval',
    sentence: 'It waits for people.',
    isFrozen: false,
    updatedAt: at(9),
  };
  expect(cellOf(environment, [open])).toMatchObject({ version: '1.0', state: 'pending_approval', next: '1.2' });
});
