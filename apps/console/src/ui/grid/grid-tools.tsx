import '../form.css';
import { type ReactNode, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components/Menu';
import { Button } from '../button.tsx';
import { Icon } from '../icon.tsx';
import type { Column } from './column.ts';
import { csvOf } from './csv.ts';
import { saveFile } from './save-file.ts';

interface GridToolsProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly shownIds: readonly string[];
  readonly onShow: (ids: readonly string[]) => void;
  readonly count: string;
  readonly filters?: ReactNode;
  /** Name of the file without ending, and every row of the filter. */
  readonly csv?: { readonly name: string; readonly rows: () => Promise<readonly Row[]> } | undefined;
  /** Newer rows exist: reads from the top. */
  readonly onRefresh?: (() => void) | undefined;
}

/** Above a grid: filters, how many rows, columns, file. */
export function GridTools<Row>({ columns, shownIds, onShow, count, filters, csv, onRefresh }: GridToolsProps<Row>) {
  return (
    <div className="grid-tools">
      <div className="grid-filters">{filters}</div>
      {onRefresh === undefined ? null : (
        <Button kind="quiet" icon="retry" onPress={onRefresh}>
          Show newer rows
        </Button>
      )}
      <span className="grid-count" role="status">
        {count}
      </span>
      <MenuTrigger>
        <AriaButton className="button quiet" aria-label="Columns">
          <Icon name="columns" />
          Columns
        </AriaButton>
        <Popover className="popover" placement="bottom end">
          <Menu
            className="menu"
            aria-label="Columns"
            selectionMode="multiple"
            selectedKeys={shownIds}
            onSelectionChange={(keys) => onShow(keys === 'all' ? columns.map(({ id }) => id) : [...keys].map(String))}
            items={columns.slice(1)}
          >
            {(column) => (
              <MenuItem id={column.id} className="menu-item choice" textValue={column.header}>
                <span className="choice-mark" aria-hidden="true">
                  <Icon name="check" size={14} />
                </span>
                {column.header}
              </MenuItem>
            )}
          </Menu>
        </Popover>
      </MenuTrigger>
      {csv === undefined ? null : <CsvButton columns={columns} csv={csv} />}
    </div>
  );
}

function CsvButton<Row>(props: {
  readonly columns: readonly Column<Row>[];
  readonly csv: NonNullable<GridToolsProps<Row>['csv']>;
}) {
  const { columns, csv } = props;
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const save = async (): Promise<void> => {
    setState('busy');
    try {
      saveFile(`${csv.name}.csv`, 'text/csv;charset=utf-8', csvOf(columns, await csv.rows()));
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  return (
    <Button kind="quiet" icon="download" isPending={state === 'busy'} onPress={() => void save()}>
      {state === 'failed' ? 'CSV failed: try again' : 'CSV'}
    </Button>
  );
}
