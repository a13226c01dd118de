import { describe, expect, test } from 'vitest';
import type { BoardData } from './board-data.ts';
import { boardSentence } from './board-sentence.ts';

const ID = '01a1febf-58dc-7015-8177-85d75ec540bb';
const cell = (change: Partial<BoardData['rows'][number]['cells'][number]>) => ({
  environment: 'dev',
  environmentId: ID,
  releaseId: null,
  release: null,
  version: null,
  digest: null,
  state: 'deployed' as const,
  sentence: '',
  promotionId: null,
  next: null,
  drift: 0,
  isFrozen: false,
  since: null,
  ...change,
});
const board = (...cells: BoardData['rows'][number]['cells']): BoardData => ({
  environments: [{ id: ID, name: 'dev', order: 1, isFrozen: false, targets: 1 }],
  rows: [{ component: 'web', componentId: ID, repository: 'r/web', cells }],
  asOf: '2026-11-21T15:00:00.000Z',
});

describe('the sentence of the board', () => {
  test('says that all is well only when nothing waits, drifts or is broken', () => {
    expect(boardSentence(board(cell({})))).toBe('1 component in 1 environment: nothing waits, nothing is broken.');
    expect(boardSentence(board(cell({ drift: 2 })))).toBe('1 component in 1 environment: 1 drifted.');
  });

  test('names what is wrong before what waits', () => {
    const cells = [cell({ state: 'pending_gate' }), cell({ state: 'failed' }), cell({ state: 'pending_approval' })];
    expect(boardSentence(board(...cells))).toBe(
      '1 component in 1 environment: 1 failed, 1 waiting for a person, 1 waiting for a gate.',
    );
  });
});
