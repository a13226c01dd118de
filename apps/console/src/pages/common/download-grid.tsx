import type { ClientInput, Route } from '@stella-ops/contracts';
import type { ComponentProps } from 'react';
import { DataGrid } from '../../ui/grid/index.ts';
import { ErrorState } from '../../ui/index.ts';
import { useDownload } from './use-bytes.ts';

interface Download<Row, R extends Route> {
  readonly route: R;
  readonly type: string;
  /** In the menu of the row: `Download the record as received`. */
  readonly label: string;
  readonly input: (row: Row) => ClientInput<R>;
  readonly fileName: (row: Row) => string;
}

type GridProps<Row> = Omit<ComponentProps<typeof DataGrid<Row>>, 'actions'>;

/** A list of documents, each of which can be had as a file. */
export function DownloadGrid<Row, const R extends Route>({
  download,
  ...grid
}: GridProps<Row> & { readonly download: Download<Row, R> }) {
  const { mutate, error } = useDownload(download.route, download.type);
  return (
    <>
      {error === null ? null : <ErrorState error={error} />}
      <DataGrid
        {...grid}
        actions={[
          {
            id: 'download',
            label: download.label,
            run: (row: Row) => mutate({ input: download.input(row), name: download.fileName(row) }),
          },
        ]}
      />
    </>
  );
}
