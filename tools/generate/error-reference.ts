import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { IMPOSED_RULE } from '../check/documents.ts';
import type { ErrorRow } from '@stella-ops/engine-kernel';

const root = join(import.meta.dirname, '..', '..');

/** docs/reference/errors.md: every error code of every package, from the packages' own tables. */
export async function errorReference(): Promise<string> {
  const sections: string[] = [];
  for (const layer of ['engine', 'apps']) {
    for (const name of readdirSync(join(root, layer)).sort()) {
      const rows = await errorRowsOf(join(root, layer, name, 'src'));
      if (rows.length === 0) continue;
      sections.push(
        `## ${layer}/${name}`,
        '',
        '| code | status | exit | retry | what to do |',
        '|---|---|---|---|---|',
        ...rows,
        '',
      );
    }
  }
  return [
    '# Error codes',
    '',
    IMPOSED_RULE,
    '',
    'This page is generated (`npm run generate`) from the error tables in the source; edit those.',
    '',
    'Every error carries one of these codes, a sentence, the place in the input where it is known, and a hint. *status* is the HTTP status of the API, *exit* the exit code of the command line.',
    '',
    ...sections,
  ].join('\n');
}

async function errorRowsOf(folder: string): Promise<string[]> {
  const rows: string[] = [];
  for (const file of ['errors.ts', 'kernel-errors.ts']) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    for (const [name, table] of Object.entries(module)) {
      if (!name.endsWith('_ERRORS')) continue;
      for (const [code, row] of Object.entries(table as Record<string, ErrorRow>)) {
        rows.push(
          `| \`${code}\` | ${row.status} | ${row.exit} | ${row.retryable === true ? 'yes' : 'no'} | ${row.hint} |`,
        );
      }
    }
  }
  return rows;
}
