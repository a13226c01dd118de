import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** The cell in a file; default: the column is left out of files. */
  readonly text?: (row: Row) => string | number | null;
  /** CSS width of a grid track: `120px`, `minmax(160px, 2fr)`. Default `minmax(120px, 1fr)`. */
  readonly width?: string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** Names the row when it is read aloud; default: the first column. */
  readonly isName?: boolean;
  /** Shown when somebody chooses it. */
  readonly isExtra?: boolean;
  /** The server sorts by it: value of the sort parameter, upwards and downwards. */
  readonly sort?: { readonly up: string; readonly down: string };
}

export interface RowAction<Row> {
  readonly id: string;
  readonly label: string;
  readonly run: (row: Row) => void;
  /** Why it cannot be done to this row; `undefined` when it can. */
  readonly disabledReason?: (row: Row) => string | undefined;
}
