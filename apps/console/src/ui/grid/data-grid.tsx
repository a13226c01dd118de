import './data-grid.css';
import { useNavigate } from '@tanstack/react-router';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { Pages } from '../../api/use-api.ts';
import { ErrorState, Skeleton } from '../feedback.tsx';
import { InGrid } from '../hint.tsx';
import { Icon } from '../icon.tsx';
import type { Column, RowAction } from './column.ts';
import { moveInGrid, type GridPlace } from './grid-keys.ts';
import { GridRow } from './grid-row.tsx';
import { GridTools } from './grid-tools.tsx';
import { RowMenu } from './row-menu.tsx';
import { useRestOfWindow } from './use-rest-of-window.ts';
import { useShownColumns } from './use-shown-columns.ts';

interface DataGridProps<Row> {
  /** Names the grid in the browser's memory and in files: `findings`. */
  readonly name: string;
  /** Read aloud: `Findings of the tenant`. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** What `usePages` answers. */
  readonly pages: Pages<Row>;
  readonly rowId: (row: Row) => string;
  /** Where Enter and a click lead. */
  readonly rowHref?: (row: Row) => string;
  readonly selectedId?: string | undefined;
  readonly actions?: readonly RowAction<Row>[];
  readonly filters?: ReactNode;
  /** Value of the sort parameter, kept in the address by the page. */
  readonly sort?: string | undefined;
  readonly onSort?: (sort: string) => void;
  /** Shown in place of rows: the first step and its command, or that the filter matches nothing. */
  readonly empty: ReactNode;
  /** Most height; default: what is left of the window. */
  readonly maxHeight?: string;
}

const OVERSCAN = 10;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 40;
const ACTIONS_TRACK = '44px';

/**
 * The one table of the console: the server sorts, filters and pages; only rows in sight exist. One tab stop, arrow keys
 * within (grid pattern), `Enter` opens, `.` shows the row's actions.
 */
export function DataGrid<Row>(props: DataGridProps<Row>) {
  const { columns: all, pages, rowId, rowHref, actions = [] } = props;
  const rows = pages.items;
  const { shown: columns, shownIds, show } = useShownColumns(props.name, all);
  const navigate = useNavigate();
  const frame = useRef<HTMLDivElement>(null);
  const rest = useRestOfWindow(frame, rows.length > 0);
  const [active, setActive] = useState<GridPlace>({ row: 0, column: 0 });
  const wantsFocus = useRef(false);
  const [menu, setMenu] = useState<{ readonly row: Row; readonly anchor: HTMLElement }>();

  const rowHeight = document.documentElement.dataset['density'] === 'comfortable' ? 40 : 32;
  const activeRow = active.row;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollPaddingStart: rowHeight + 2,
    // The row that has the focus stays, or scrolling would lose it.
    rangeExtractor: useCallback(
      (range: Range) => {
        const seen = defaultRangeExtractor(range);
        if (activeRow < 0 || activeRow >= range.count || seen.includes(activeRow)) return seen;
        return [...seen, activeRow].sort((a, b) => a - b);
      },
      [activeRow],
    ),
  });
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  const { hasMore, isLoadingMore, loadMore } = pages;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastIndex >= rows.length - AHEAD) loadMore();
  });
  useEffect(() => {
    if (!wantsFocus.current) return;
    const place = `[data-row="${active.row}"] [data-column="${active.column}"]`;
    const cell = frame.current?.querySelector<HTMLElement>(place);
    if (cell !== null && cell !== undefined) {
      wantsFocus.current = false;
      cell.focus({ preventScroll: true });
    }
  });

  const columnCount = columns.length + (actions.length > 0 ? 1 : 0);
  const template = [
    ...columns.map(({ width }) => width ?? 'minmax(120px, 1fr)'),
    ...(actions.length > 0 ? [ACTIONS_TRACK] : []),
  ].join(' ');
  const minWidth = template.split(/ (?![^(]*\))/).reduce((sum, track) => sum + leastPixels(track), 0);

  const open = (row: Row | undefined): void => {
    if (row === undefined || rowHref === undefined) return;
    const [to = '/', query] = rowHref(row).split('?');
    const search = query === undefined ? {} : Object.fromEntries(new URLSearchParams(query));
    void navigate({ to, search });
  };
  const openMenu = (index: number): void => {
    const anchor = frame.current?.querySelector<HTMLElement>(`[data-row="${index}"] .grid-dots`);
    const row = rows[index];
    if (anchor !== null && anchor !== undefined && row !== undefined) setMenu({ row, anchor });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 0) / rowHeight) - 1);
    // Rows come and go by themselves: what has the focus counts, wherever it was before.
    const at = placeOf(event.target) ?? active;
    const next = moveInGrid(event.key, event.ctrlKey, at, { rows: rows.length, columns: columnCount, page });
    if (next !== undefined) {
      event.preventDefault();
      wantsFocus.current = true;
      setActive(next);
      if (next.row >= 0) virtual.scrollToIndex(next.row, { align: 'auto' });
      else frame.current?.scrollTo({ top: 0 });
      return;
    }
    if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('[data-column]')) {
      event.preventDefault();
      const inside = event.target.querySelector<HTMLElement>('a, button');
      if (inside === null) open(rows[at.row]);
      else inside.click();
    } else if (event.key === '.' && actions.length > 0) {
      event.preventDefault();
      event.stopPropagation();
      openMenu(at.row);
    }
  };
  const onClick = (event: MouseEvent<HTMLDivElement>): void => {
    if (!(event.target instanceof Element)) return;
    const { row: index, column } = placeOf(event.target) ?? { row: -1, column: 0 };
    if (index < 0) return;
    setActive({ row: index, column });
    if (event.target.closest('.grid-dots') !== null) openMenu(index);
    else if (event.target.closest('a, button') === null && String(getSelection()) === '') open(rows[index]);
  };

  return (
    <div className="data-grid">
      <GridTools
        columns={all}
        shownIds={shownIds}
        onShow={show}
        filters={props.filters}
        count={`${rows.length.toLocaleString('en')}${hasMore ? ' or more' : ''} ${rows.length === 1 && !hasMore ? 'row' : 'rows'}`}
        csv={{ name: props.name, rows: () => pages.loadAll() }}
        onRefresh={pages.isOutdated ? () => pages.refetch() : undefined}
      />
      {pages.error === null ? null : <ErrorState error={pages.error} retry={() => pages.refetch()} />}
      {pages.isPending && pages.error === null ? <Skeleton lines={8} label="Loading rows" /> : null}
      {!pages.isPending && rows.length === 0 ? props.empty : null}
      {rows.length === 0 ? null : (
        <InGrid value={true}>
          <div
            ref={frame}
            role="grid"
            aria-label={props.label}
            aria-rowcount={hasMore ? -1 : rows.length + 1}
            aria-colcount={columnCount}
            aria-busy={isLoadingMore}
            className="grid-frame"
            style={{ maxHeight: props.maxHeight ?? rest }}
            onKeyDown={onKeyDown}
            onClick={onClick}
            onFocus={({ target }) => {
              const at = placeOf(target);
              if (at !== undefined && (at.row !== active.row || at.column !== active.column)) setActive(at);
            }}
          >
            <div role="rowgroup" className="grid-head" style={{ minWidth }}>
              <div
                role="row"
                aria-rowindex={1}
                data-row={-1}
                className="grid-row head"
                style={{ gridTemplateColumns: template }}
              >
                {columns.map((column, at) => (
                  <HeaderCell
                    key={column.id}
                    column={column}
                    at={at}
                    isActive={active.row === -1 && active.column === at}
                    sort={props.sort}
                    onSort={props.onSort}
                  />
                ))}
                {actions.length === 0 ? null : (
                  <div
                    role="columnheader"
                    className="grid-cell"
                    aria-colindex={columnCount}
                    data-column={columns.length}
                    tabIndex={-1}
                  >
                    <span className="unseen">Actions</span>
                  </div>
                )}
              </div>
            </div>
            <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize(), minWidth }}>
              {items.map(({ index, start, size }) => {
                const row = rows[index];
                return row === undefined ? null : (
                  <GridRow
                    key={rowId(row)}
                    row={row}
                    index={index}
                    top={start}
                    height={size}
                    columns={columns}
                    template={template}
                    hasActions={actions.length > 0}
                    isSelected={rowId(row) === props.selectedId}
                    isLink={rowHref !== undefined}
                    activeColumn={index === active.row ? active.column : -1}
                  />
                );
              })}
            </div>
          </div>
        </InGrid>
      )}
      {menu === undefined ? null : (
        <RowMenu row={menu.row} anchor={menu.anchor} actions={actions} onClose={() => setMenu(undefined)} />
      )}
    </div>
  );
}

/** The cell that something is in. */
function placeOf(target: EventTarget): GridPlace | undefined {
  if (!(target instanceof Element)) return undefined;
  const column = target.closest<HTMLElement>('[data-column]')?.dataset['column'];
  const row = target.closest<HTMLElement>('[data-row]')?.dataset['row'];
  return row === undefined || column === undefined ? undefined : { row: Number(row), column: Number(column) };
}

interface HeaderCellProps<Row> {
  readonly column: Column<Row>;
  readonly at: number;
  readonly isActive: boolean;
  readonly sort: string | undefined;
  readonly onSort: ((sort: string) => void) | undefined;
}

function HeaderCell<Row>({ column, at, isActive, sort, onSort }: HeaderCellProps<Row>) {
  const { header, isNumber, sort: by } = column;
  const isUp = by !== undefined && sort === by.up;
  const isDown = by !== undefined && sort === by.down;
  return (
    <div
      role="columnheader"
      className={isNumber === true ? 'grid-cell number' : 'grid-cell'}
      aria-colindex={at + 1}
      data-column={at}
      tabIndex={isActive ? 0 : -1}
      {...(by === undefined ? {} : { 'aria-sort': isUp ? 'ascending' : isDown ? 'descending' : 'none' })}
    >
      {by === undefined || onSort === undefined ? (
        header
      ) : (
        <button type="button" className="grid-sort" tabIndex={-1} onClick={() => onSort(isUp ? by.down : by.up)}>
          {header}
          {isUp || isDown ? (
            <span className={isUp ? 'grid-arrow up' : 'grid-arrow'}>
              <Icon name="down" size={12} />
            </span>
          ) : null}
        </button>
      )}
    </div>
  );
}

/** The least width of a track in pixels: `minmax(120px, 1fr)` → 120. */
const leastPixels = (track: string): number => Number(/([\d.]+)px/.exec(track)?.[1] ?? 60);
