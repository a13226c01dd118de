import type { BoardCell } from '@stella-ops/contracts/deployments';
import { type CSSProperties, useRef } from 'react';
import { AppLink, cellLook, DigestChip, EmptyState, Icon, InGrid, StateBadge, TimeAgo } from '../../ui/index.ts';
import type { BoardData } from './board-data.ts';
import { moveBetweenCells } from './move-between-cells.ts';

interface BoardProps {
  readonly board: BoardData;
  /** Only this column. */
  readonly environment: string | undefined;
  /** Promotions that somebody has to do something for. */
  readonly blockedIds: ReadonlySet<string>;
}

/**
 * Components in rows, environments in columns. On a narrow screen each row becomes a card; roles are spelled out, as
 * browsers take them away from tables that are laid out so.
 */
export function Board({ board, environment, blockedIds }: BoardProps) {
  const table = useRef<HTMLTableElement>(null);
  const columns = board.environments.filter(({ name }) => environment === undefined || name === environment);
  if (board.rows.length === 0) {
    return (
      <EmptyState title="No components yet" icon="board" command="stella component create NAME REGISTRY/PATH">
        A component is a deployable part of a product, tied to an image repository. Create one, then a release of it.
      </EmptyState>
    );
  }
  return (
    <div className="board-frame">
      <table
        className="board"
        style={{ '--environments': columns.length } as CSSProperties}
        role="table"
        ref={table}
        onKeyDown={(event) => moveBetweenCells(table.current, event)}
      >
        <caption className="unseen">What runs where. Arrow keys move between cells.</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              Component
            </th>
            {columns.map(({ id, name, isFrozen, targets }) => (
              <th role="columnheader" scope="col" key={id}>
                <span className="board-environment">
                  {name}
                  {isFrozen ? (
                    <span className="board-frozen tone-frozen">
                      <Icon name="freeze" size={13} /> frozen
                    </span>
                  ) : null}
                  <span className="board-targets">
                    {targets === 0 ? 'no targets' : targets === 1 ? '1 target' : `${targets} targets`}
                  </span>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {board.rows.map((row) => (
            <tr role="row" key={row.componentId}>
              <th role="rowheader" scope="row">
                <AppLink to={`/components/${row.componentId}`}>{row.component}</AppLink>
                <span className="board-repository">{breakable(row.repository)}</span>
              </th>
              {columns.map(({ id, name }) => (
                <td role="cell" key={id} data-environment={name}>
                  <Cell
                    component={row.component}
                    cell={row.cells.find((cell) => cell.environmentId === id)}
                    blockedIds={blockedIds}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  readonly component: string;
  readonly cell: BoardCell | undefined;
  readonly blockedIds: ReadonlySet<string>;
}

/** States whose word says it all; what is under way, waits or failed says why. */
const SETTLED: ReadonlySet<BoardCell['state']> = new Set(['empty', 'approved', 'deployed']);

function Cell({ component, cell, blockedIds }: CellProps) {
  if (cell === undefined || (cell.state === 'empty' && cell.digest === null && cell.next === null)) {
    return <span className="board-empty">Nothing yet {cell?.isFrozen === true ? <Frozen /> : null}</span>;
  }
  const look = cellLook(cell, cell.promotionId !== null && blockedIds.has(cell.promotionId));
  const to = cell.promotionId === null ? `/environments/${cell.environmentId}` : `/promotions/${cell.promotionId}`;
  return (
    <InGrid value={true}>
      <AppLink to={to} className={`board-cell tone-${look.tone}`}>
        <span className="unseen">
          {component} in {cell.environment}:
        </span>
        <span className="board-line">
          <strong>{cell.version ?? (cell.digest === null ? 'nothing yet' : 'no version')}</strong>
          <span className="quiet">{cell.since === null ? null : <TimeAgo at={cell.since} />}</span>
        </span>
        <span className="board-line">
          {cell.digest === null ? (
            <span className="quiet">no digest</span>
          ) : (
            <DigestChip digest={cell.digest} isPlain />
          )}
          {cell.drift > 0 ? (
            <span className="board-mark tone-failed">
              <Icon name="drift" size={13} /> {cell.drift} drifted
            </span>
          ) : null}
        </span>
        <span className="board-line start">
          {cell.next === null ? null : (
            <span className="board-next">
              <Icon name="arrow" size={12} label="on its way" /> {cell.next.version}
            </span>
          )}
          <StateBadge {...look} />
          {cell.isFrozen ? <Frozen /> : null}
        </span>
        {SETTLED.has(cell.state) ? null : <span className="board-sentence">{cell.sentence}</span>}
      </AppLink>
    </InGrid>
  );
}

function Frozen() {
  return (
    <span className="board-mark tone-frozen">
      <Icon name="lock" size={13} label="frozen" />
    </span>
  );
}

/** A path may break after its slashes. */
const breakable = (path: string): string => path.replaceAll('/', '/\u200b');
