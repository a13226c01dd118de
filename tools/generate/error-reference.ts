import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ErrorRow } from '@stella-ops/engine-kernel';
import { IMPOSED_RULE } from '../check/documents.ts';

const root = join(import.meta.dirname, '..', '..');

/** docs/reference/errors.md: every error code, from the tables in the source. */
export async function errorReference(): Promise<string> {
  const files = globSync('{engine,contracts,platform,services,apps}/**/*errors.ts', { cwd: root }).sort();
  const sections: string[] = [];
  for (const file of files) {
    const rows = await errorRowsOf(file);
    if (rows.length === 0) continue;
    const head = ['| code | status | exit | retry | what to do |', '|---|---|---|---|---|'];
    sections.push(`## ${dirname(file).replace('/src', '')}`, '', ...head, ...rows, '');
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

async function errorRowsOf(file: string): Promise<string[]> {
  const module = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
  return Object.entries(module)
    .filter(([name]) => name.endsWith('_ERRORS'))
    .flatMap(([, table]) => Object.entries(table as Record<string, ErrorRow>))
    .map(([code, { status, exit, retryable, hint }]) => {
      return `| \`${code}\` | ${status} | ${exit} | ${retryable === true ? 'yes' : 'no'} | ${hint} |`;
    });
}
