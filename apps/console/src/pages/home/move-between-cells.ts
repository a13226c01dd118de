import type { KeyboardEvent } from 'react';

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

/**
 * Arrow keys go from link to link of a table, past cells that have none. Links stay where Tab finds them too: a board is
 * small, and nobody has to know the arrows.
 */
export function moveBetweenCells(table: HTMLTableElement | null, event: KeyboardEvent): void {
  const step = Object.hasOwn(STEPS, event.key) ? STEPS[event.key] : undefined;
  if (table === null || step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...table.tBodies].flatMap((body) => [...body.rows].map((row) => [...row.cells]));
  const at = rows.flatMap((cells, row) =>
    cells.flatMap((cell, column) => (cell.contains(document.activeElement) ? [[row, column] as const] : [])),
  )[0];
  if (at === undefined) return;
  const last = (rows[at[0]]?.length ?? 1) - 1;
  const jump = Number.isFinite(step[1]) ? undefined : step[1] < 0 ? 0 : last;
  let [row, column] = jump === undefined ? [at[0] + step[0], at[1] + step[1]] : [at[0], jump];
  const [down, right] = jump === undefined ? step : [0, jump === 0 ? 1 : -1];
  for (; rows[row]?.[column] !== undefined; row += down, column += right) {
    const link = rows[row]?.[column]?.querySelector<HTMLElement>('a');
    if (link !== undefined && link !== null) {
      event.preventDefault();
      link.focus();
      return;
    }
  }
}
