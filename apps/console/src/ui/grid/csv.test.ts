import { describe, expect, test } from 'vitest';
import type { Column } from './column.ts';
import { csvOf } from './csv.ts';

interface Row {
  readonly name: string;
  readonly count: number | null;
}
const columns: readonly Column<Row>[] = [
  { id: 'name', header: 'Name', cell: () => null, text: ({ name }) => name },
  { id: 'picture', header: 'Picture', cell: () => null },
  { id: 'count', header: 'Count, all', cell: () => null, text: ({ count }) => count },
];

describe('files of a grid', () => {
  test('have a header, columns with a text, and quotes where they are needed', () => {
    const rows = [
      { name: 'plain', count: 1 },
      { name: 'with "quotes", commas\nand lines', count: null },
    ];
    expect(csvOf(columns, rows)).toBe('Name,"Count, all"\r\nplain,1\r\n"with ""quotes"", commas\nand lines",\r\n');
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('carry %j as text, not as a formula', (name) => {
    const line = csvOf(columns, [{ name, count: -5 }]).slice('Name,"Count, all"\r\n'.length);
    expect(line.replace(/^"/, '').startsWith("'")).toBe(true);
    expect(line.trimEnd().endsWith(',-5')).toBe(true);
  });
});
