import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { IMPOSED_RULE } from '../check/documents.ts';
import type * as Help from '../../apps/cli/src/help.ts';
import type * as Registry from '../../apps/cli/src/registry.ts';

const cli = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src');

/** docs/reference/cli.md: the help of every command, from the commands' own declarations. */
export async function cliReference(): Promise<string> {
  const { COMMANDS } = (await import(pathToFileURL(join(cli, 'registry.ts')).href)) as typeof Registry;
  const { commandHelp } = (await import(pathToFileURL(join(cli, 'help.ts')).href)) as typeof Help;
  const sections = [];
  for (const entry of COMMANDS) {
    const help = commandHelp(entry.path, entry.summary, await entry.load());
    sections.push(`## stella ${entry.path}`, '', '```text', help.trimEnd(), '```', '');
  }
  return [
    '# Command line',
    '',
    IMPOSED_RULE,
    '',
    'This page is generated (`npm run generate`) from the commands themselves; edit those.',
    '',
    '`stella` and `stellaops` are the same program. `--format json` is a contract: members are added, never changed or removed within a major version. Results go to standard output, everything else to standard error.',
    '',
    'Environment: `STELLA_CACHE_DIR` (cache, default `$XDG_CACHE_HOME/stella`), `STELLA_KEY_PASSWORD` or `COSIGN_PASSWORD` (also with `_FILE`), `DOCKER_HOST`, `DOCKER_CONFIG`, `STELLA_INSECURE_REGISTRIES` (hosts spoken to without TLS, separated by commas), `SOURCE_DATE_EPOCH` (time written into new files), `STELLA_DEBUG=1` (origin of unexpected errors).',
    '',
    ...sections,
  ].join('\n');
}
