import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { apiReference, openApiDocument } from './api-reference.ts';
import { cliReference } from './cli-reference.ts';
import { settingsReference } from './config-reference.ts';
import { consoleReference } from './console-reference.ts';
import { errorReference } from './error-reference.ts';
import { eventReference } from './event-reference.ts';
import { jobReference } from './job-reference.ts';
import { alertFile, alertReference, dashboardFile } from './observability/files.ts';
import { metricReference } from './metric-reference.ts';
import { noticeFile } from './notice.ts';
import { isSbomPlatform, ownSbom } from './own-sbom.ts';
import { parityReference } from './parity-reference.ts';
import { scopeReference } from './scope-reference.ts';
import { stateReference } from './state-reference.ts';

/** A file of the repository that is made from other files. */
interface GeneratedFile {
  readonly path: string;
  make(): string | Promise<string>;
  /** False where the content would be that of another platform. */
  readonly isMadeHere?: () => boolean;
}

const root = join(import.meta.dirname, '..', '..');

const ALL: readonly GeneratedFile[] = [
  { path: 'NOTICE.md', make: noticeFile },
  { path: 'deploy/observability/grafana-dashboard.json', make: dashboardFile },
  { path: 'deploy/observability/prometheus-alerts.yaml', make: alertFile },
  { path: 'docs/reference/alerts.md', make: alertReference },
  { path: 'docs/reference/api.md', make: apiReference },
  { path: 'docs/reference/cli.md', make: cliReference },
  { path: 'docs/reference/config.md', make: settingsReference },
  { path: 'docs/reference/console.md', make: consoleReference },
  { path: 'docs/reference/errors.md', make: errorReference },
  { path: 'docs/reference/events.md', make: eventReference },
  { path: 'docs/reference/jobs.md', make: jobReference },
  { path: 'docs/reference/metrics.md', make: metricReference },
  { path: 'docs/reference/openapi.json', make: openApiDocument },
  { path: 'docs/reference/parity.md', make: parityReference },
  { path: 'docs/reference/scopes.md', make: scopeReference },
  { path: 'docs/reference/state-machines.md', make: stateReference },
  { path: 'sbom.cdx.json', make: ownSbom, isMadeHere: isSbomPlatform },
];

/** The files that this machine can make. */
export const GENERATED = ALL.filter(({ isMadeHere }) => isMadeHere?.() !== false);

/** Content of a generated file as it should be, formatted like everything else. */
export async function contentOf(file: GeneratedFile): Promise<string> {
  const made = await file.make();
  const config = await resolveConfig(join(root, file.path));
  return format(made, { ...config, filepath: file.path });
}

/** Generated files whose committed content differs from what they are made from. */
export async function staleFiles(): Promise<string[]> {
  const faults: string[] = [];
  for (const file of GENERATED) {
    const path = join(root, file.path);
    const current = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (current !== (await contentOf(file))) faults.push(`${file.path} is stale: run "npm run generate" and commit it`);
  }
  return faults;
}
