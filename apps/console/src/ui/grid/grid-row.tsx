import { memo, type ReactNode } from 'react';
import { Icon } from '../icon.tsx';
import type { Column } from './column.ts';

export const ACTIONS_COLUMN = 'actions';

interface GridRowProps<Row> {
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly columns: readonly Column<Row>[];
  readonly template: string;
  readonly hasActions: boolean;
  readonly isSelected: boolean;
  readonly isLink: boolean;
  /** Column that has the one tab stop of the grid, or −1. */
  readonly activeColumn: number;
}

/** One row. Scrolling draws hundreds a second: nothing here is made anew unless the row is another. */
export const GridRow = memo(GridRowView) as typeof GridRowView;

function GridRowView<Row>(props: GridRowProps<Row>) {
  const { row, index, top, height, columns, template, hasActions, isSelected, isLink, activeColumn } = props;
  const name = Math.max(
    0,
    columns.findIndex(({ isName }) => isName === true),
  );
  const cell = (column: number, role: string, className: string, content: ReactNode, key: string) => (
    <div
      key={key}
      role={role}
      className={className}
      aria-colindex={column + 1}
      data-column={column}
      tabIndex={column === activeColumn ? 0 : -1}
    >
      {/* Bare text in a flex box is cut off without an ellipsis. */}
      {typeof content === 'string' ? <span>{content}</span> : content}
    </div>
  );
  return (
    <div
      role="row"
      className={isLink ? 'grid-row link' : 'grid-row'}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-row={index}
      style={{ transform: `translateY(${top}px)`, height, gridTemplateColumns: template }}
    >
      {columns.map((column, at) =>
        cell(
          at,
          at === name ? 'rowheader' : 'gridcell',
          column.isNumber === true ? 'grid-cell number' : 'grid-cell',
          column.cell(row),
          column.id,
        ),
      )}
      {hasActions
        ? cell(
            columns.length,
            'gridcell',
            'grid-cell',
            <button
              type="button"
              className="icon-button grid-dots"
              aria-label="Actions"
              aria-haspopup="menu"
              tabIndex={-1}
            >
              <Icon name="dots" />
            </button>,
            ACTIONS_COLUMN,
          )
        : null}
    </div>
  );
}
