/** Rows as aligned columns, two spaces between, nothing after the last. Widths count code points. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd(),
  );
}

const widthOf = (text: string): number => Array.from(text).length;

/** A table with a head line. What came from outside loses control characters, so that no package name can steer a terminal. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${columns([head, ...rows.map((row) => row.map(printable))]).join('\n')}\n`;
}

/** Text from outside as one harmless line: C0, C1, bidirectional overrides and line separators become `?`. */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** The first 12 hex digits, the short form of a digest for people. */
export function shortDigest(digest: string | undefined): string {
  return digest === undefined ? '' : digest.replace(/^sha256:/, '').slice(0, 12);
}
