import { describe, expect, test } from 'vitest';
import { moveInGrid } from './grid-keys.ts';

const size = { rows: 100, columns: 5, page: 20 };
const from = { row: 10, column: 2 };
const move = (key: string, hasControl = false, at = from) => moveInGrid(key, hasControl, at, size);

describe('keys in a grid', () => {
  test.each([
    ['ArrowDown', false, 11, 2],
    ['j', false, 11, 2],
    ['ArrowUp', false, 9, 2],
    ['k', false, 9, 2],
    ['ArrowRight', false, 10, 3],
    ['ArrowLeft', false, 10, 1],
    ['PageDown', false, 30, 2],
    ['PageUp', false, 0, 2],
    ['Home', false, 10, 0],
    ['End', false, 10, 4],
    ['Home', true, 0, 0],
    ['End', true, 99, 4],
  ])('%s (control %s) leads to row %i, column %i', (key, hasControl, row, column) => {
    expect(move(key, hasControl)).toEqual({ row, column });
  });

  test('stop at the edges; above the first row is the header', () => {
    expect(move('ArrowDown', false, { row: 99, column: 0 })).toEqual({ row: 99, column: 0 });
    expect(move('ArrowRight', false, { row: 0, column: 4 })).toEqual({ row: 0, column: 4 });
    expect(move('ArrowUp', false, { row: 0, column: 1 })).toEqual({ row: -1, column: 1 });
    expect(move('ArrowUp', false, { row: -1, column: 1 })).toEqual({ row: -1, column: 1 });
  });

  test('leave the shortcuts of the browser alone', () => {
    expect(move('k', true)).toBeUndefined();
    expect(move('a')).toBeUndefined();
  });
});
