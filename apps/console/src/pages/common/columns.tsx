import type { Column } from '../../ui/grid/index.ts';
import { AppLink, DigestChip, type StateLook, StateBadge, TimeAgo } from '../../ui/index.ts';

interface Options {
  readonly width?: string;
  readonly isName?: boolean;
  readonly isExtra?: boolean;
}

/** When something was: as people say it; in files as the server wrote it. */
export function timeColumn<Row>(
  id: string,
  header: string,
  at: (row: Row) => string | null,
  options: Options = {},
): Column<Row> {
  return { id, header, width: '110px', ...options, cell: (row) => <TimeAgo at={at(row)} />, text: at };
}

/** A few words, whole in the title where there is no room for them; `–` where there is nothing to say. */
export function textColumn<Row>(
  id: string,
  header: string,
  text: (row: Row) => string | null,
  options: Options = {},
): Column<Row> {
  const cell = (row: Row) => {
    const words = text(row);
    return words === null || words === '' ? <span className="quiet">–</span> : <span title={words}>{words}</span>;
  };
  return { id, header, ...options, cell, text };
}

/** What the row is called, and where it leads. */
export function linkColumn<Row>(
  id: string,
  header: string,
  text: (row: Row) => string,
  to: (row: Row) => string,
  options: Options = {},
): Column<Row> {
  return { id, header, ...options, cell: (row) => <AppLink to={to(row)}>{text(row)}</AppLink>, text };
}

export function numberColumn<Row>(
  id: string,
  header: string,
  value: (row: Row) => number | null,
  options: Options = {},
): Column<Row> {
  const cell = (row: Row) => value(row)?.toLocaleString('en-US') ?? <span className="quiet">–</span>;
  return { id, header, width: '110px', isNumber: true, ...options, cell, text: value };
}

/** @param what completes "Copy …" */
export function digestColumn<Row>(
  id: string,
  header: string,
  digest: (row: Row) => string,
  what: string,
  options: Options & { readonly to?: (row: Row) => string } = {},
): Column<Row> {
  const { to, ...rest } = options;
  const cell = (row: Row) => (
    <DigestChip digest={digest(row)} what={what} {...(to === undefined ? {} : { href: to(row) })} />
  );
  return { id, header, width: '165px', ...rest, cell, text: digest };
}

/** A state with its colour, picture and word; in files the word of the API. */
export function stateColumn<Row, const State extends string>(
  id: string,
  header: string,
  looks: Readonly<Record<State, StateLook>>,
  state: (row: Row) => State,
  options: Options = {},
): Column<Row> {
  return { id, header, width: '130px', ...options, cell: (row) => <StateBadge {...looks[state(row)]} />, text: state };
}
