import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ErrorRow } from '@stella-ops/engine-kernel';
import { page, table } from './page.ts';

const root = join(import.meta.dirname, '..', '..');

/** docs/reference/errors.md: every error code, from the tables in the source. */
export async function errorReference(): Promise<string> {
  const files = globSync(['{engine,contracts,platform,services,apps}/**/*errors.ts', 'contracts/src/*/index.ts'], {
    cwd: root,
    exclude: ['**/node_modules/**', 'contracts/src/catalogue/**'],
  });
  const sections = new Map<string, Map<string, ErrorRow>>();
  for (const file of files.sort()) {
    const rows = await errorRowsOf(file);
    if (rows.length === 0) continue;
    const home = homeOf(file);
    sections.set(home, new Map([...(sections.get(home) ?? []), ...rows]));
  }
  const parts = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([home, rows]) => section(home, [...rows]));
  return page(
    'Error codes',
    'the error tables in the source',
    'Every error carries one of these codes, a sentence, the place in the input where it is known, and a hint. *status* is the HTTP status of the API, *exit* the exit code of the command line.',
    ...parts,
  );
}

/** The errors of a service's contract stand with the service. */
function homeOf(file: string): string {
  const folder = dirname(file);
  const service = /^contracts\/src\/([a-z]+)$/.exec(folder)?.[1];
  if (service !== undefined && existsSync(join(root, 'services', service))) return `services/${service}`;
  return folder.replace('/src', '');
}

function section(home: string, rows: readonly (readonly [string, ErrorRow])[]): string {
  const cells = rows.map(([code, { status, exit, retryable, hint }]) => {
    return [`\`${code}\``, String(status), String(exit), retryable === true ? 'yes' : 'no', hint];
  });
  return `## ${home}\n\n${table(['code', 'status', 'exit', 'retry', 'what to do'], cells)}`;
}

async function errorRowsOf(file: string): Promise<(readonly [string, ErrorRow])[]> {
  const module = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
  return Object.values(module)
    .filter(isErrorTable)
    .flatMap((rows) => Object.entries(rows));
}

function isErrorTable(value: unknown): value is Record<string, ErrorRow> {
  if (typeof value !== 'object' || value === null) return false;
  const rows: unknown[] = Object.values(value);
  return (
    rows.length > 0 && rows.every((row) => typeof row === 'object' && row !== null && 'exit' in row && 'hint' in row)
  );
}
