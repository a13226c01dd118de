import { useState } from 'react';
import type { Column } from './column.ts';

/**
 * Which columns are shown, kept in this browser under the grid's name. A table library would add nothing here: the server
 * sorts, filters and pages, and its row model would hold every row twice.
 */
export function useShownColumns<Row>(
  gridName: string,
  columns: readonly Column<Row>[],
): {
  readonly shown: readonly Column<Row>[];
  readonly shownIds: readonly string[];
  readonly show: (ids: readonly string[]) => void;
} {
  const key = `stella.columns.${gridName}`;
  const [chosen, setChosen] = useState(() => read(key));
  const isShown = ({ id, isExtra }: Column<Row>): boolean => chosen?.[id] ?? isExtra !== true;
  const shown = columns.filter((column, at) => at === 0 || isShown(column));
  return {
    shown,
    shownIds: shown.map(({ id }) => id),
    show: (ids) => {
      const next = Object.fromEntries(columns.map(({ id }) => [id, ids.includes(id)]));
      localStorage.setItem(key, JSON.stringify(next));
      setChosen(next);
    },
  };
}

function read(key: string): Readonly<Record<string, boolean>> | undefined {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as Readonly<Record<string, boolean>> | null) ?? undefined;
  } catch {
    return undefined;
  }
}
