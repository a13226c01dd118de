import { printable } from './table.ts';

const WORDS: Readonly<Record<string, string>> = { passed: 'ok', failed: 'FAILED', skipped: 'not checked' };

/** One row for each check: state, name, what was compared. */
export function checkRows(
  checks: readonly { readonly name: string; readonly file?: string; readonly state: string; readonly detail: string }[],
): string[][] {
  return checks.map((check) => [
    `  ${WORDS[check.state] ?? check.state}`,
    `${check.name}${check.file === undefined ? '' : ` of ${check.file}`}: ${printable(check.detail)}`,
  ]);
}
