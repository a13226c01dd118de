/** A cell by row and column; row −1 is the header. */
export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows that are seen at once. */
  readonly page: number;
}

/**
 * Where a key leads in a grid (WAI-ARIA Authoring Practices, grid pattern; `j` and `k` as elsewhere in the console).
 *
 * @returns `undefined` for keys that do not move
 */
export function moveInGrid(key: string, hasControl: boolean, at: GridPlace, size: GridSize): GridPlace | undefined {
  const last = { row: size.rows - 1, column: size.columns - 1 };
  const to = (row: number, column: number): GridPlace => ({
    row: Math.max(-1, Math.min(row, last.row)),
    column: Math.max(0, Math.min(column, last.column)),
  });
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return hasControl ? undefined : to(at.row + 1, at.column);
    case 'ArrowUp':
    case 'k':
      return hasControl ? undefined : to(at.row - 1, at.column);
    case 'ArrowRight':
      return hasControl ? undefined : to(at.row, at.column + 1);
    case 'ArrowLeft':
      return hasControl ? undefined : to(at.row, at.column - 1);
    case 'PageDown':
      return to(at.row + size.page, at.column);
    case 'PageUp':
      return to(Math.max(0, at.row - size.page), at.column);
    case 'Home':
      return hasControl ? to(0, 0) : to(at.row, 0);
    case 'End':
      return hasControl ? to(last.row, last.column) : to(at.row, last.column);
    default:
      return undefined;
  }
}
