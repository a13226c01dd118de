import type { Column } from './column.ts';

/** Characters that spreadsheets take for the beginning of a formula (CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

function field(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as CSV (RFC 4180) with a header line: the columns that have a text. */
export function csvOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const written = columns.flatMap(({ header, text }) => (text === undefined ? [] : [{ header, text }]));
  const lines = [
    written.map(({ header }) => field(header)),
    ...rows.map((row) => written.map(({ text }) => field(text(row)))),
  ];
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}
