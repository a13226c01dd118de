import { IMPOSED_RULE } from '../check/documents.ts';

/** A generated page: title, the line every page has, what it is made from, and its parts. */
export function page(title: string, madeFrom: string, ...parts: readonly string[]): string {
  const origin = `This page is generated (\`npm run generate\`) from ${madeFrom}; edit those.`;
  return [`# ${title}`, IMPOSED_RULE, origin, ...parts, ''].join('\n\n');
}

/** A Markdown table. Cells are Markdown; what would end a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');

/** `a`, `b`: names in code type, or a dash for none. */
export function names(list: readonly string[]): string {
  return list.length === 0 ? '–' : list.map((name) => `\`${name}\``).join(', ');
}
