import './plain-table.css';
import type { ReactNode } from 'react';

export interface PlainColumn<T> {
  readonly id: string;
  readonly title: string;
  readonly cell: (item: T) => ReactNode;
  readonly isNumber?: boolean;
  /** Names the row: read aloud with each of its cells. */
  readonly isRowHeader?: boolean;
}

interface PlainTableProps<T> {
  /** What the table lists, for people who do not see its heading. */
  readonly label: string;
  readonly columns: readonly PlainColumn<T>[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Shown in place of the table when there is nothing. */
  readonly empty?: ReactNode;
}

/** A short table within a page, of at most some dozens of rows. On a narrow screen each row becomes a block. */
export function PlainTable<T>({ label, columns, items, keyOf, empty }: PlainTableProps<T>) {
  if (items.length === 0 && empty !== undefined) return <p className="quiet">{empty}</p>;
  // Roles are spelled out: browsers take them away from tables whose rows are laid out as blocks.
  return (
    <div className="plain-table-frame">
      <table className="plain-table" role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ id, title, isNumber }) => (
              <th key={id} role="columnheader" scope="col" className={isNumber === true ? 'end' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map((item) => (
            <tr key={keyOf(item)} role="row">
              {columns.map(({ id, title, cell, isNumber, isRowHeader }) =>
                isRowHeader === true ? (
                  <th key={id} role="rowheader" scope="row" data-title={title}>
                    {cell(item)}
                  </th>
                ) : (
                  <td key={id} role="cell" data-title={title} className={isNumber === true ? 'end' : undefined}>
                    {cell(item)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
