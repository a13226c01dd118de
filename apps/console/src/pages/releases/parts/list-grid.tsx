import type { ReactNode } from 'react';
import type { Pages } from '../../../api/index.ts';
import type { Column } from '../../../ui/grid/column.ts';
import { Button, ErrorState, Skeleton } from '../../../ui/index.ts';
import { PlainTable } from './plain-table.tsx';

interface ListGridProps<Row extends { readonly id: string }> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly pages: Pages<Row>;
  readonly pathOf: (row: Row) => string;
  readonly filters?: ReactNode;
  readonly empty: ReactNode;
}

/** A list of things that have pages of their own. */
export function ListGrid<Row extends { readonly id: string }>(props: ListGridProps<Row>) {
  const { label, columns, pages, filters, empty } = props;
  return (
    <>
      {filters}
      {pages.error === null ? null : <ErrorState error={pages.error} retry={() => pages.refetch()} />}
      {pages.isPending ? (
        <Skeleton lines={6} />
      ) : pages.items.length === 0 ? (
        empty
      ) : (
        <PlainTable
          label={label}
          items={pages.items}
          keyOf={({ id }) => id}
          columns={columns
            .filter(({ isExtra }) => isExtra !== true)
            .map(({ id, header, cell, isNumber = false, isName = false }) => ({
              id,
              title: header,
              cell,
              isNumber,
              isRowHeader: isName,
            }))}
        />
      )}
      {pages.hasMore ? (
        <Button onPress={() => pages.loadMore()} isPending={pages.isLoadingMore}>
          Show more
        </Button>
      ) : null}
    </>
  );
}
