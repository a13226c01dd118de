import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROUTES_BY_SERVICE } from '@stella-ops/contracts/catalogue';
import { COMMANDS } from '../../apps/cli/src/registry.ts';
import { names, page, table } from './page.ts';

const root = join(import.meta.dirname, '..', '..');
/** Routes that no person uses: those of agents and of probes. */
const MACHINES = ['agents', 'system'];

interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * docs/reference/parity.md: for every route, which commands use it, and whether the console does. Found by `.name` of the
 * route in files that import the contract of its service.
 */
export function parityReference(): string {
  const cli = sources('apps/cli/src/**/*.ts');
  const console = sources('apps/console/src/**/*.{ts,tsx}');
  const counts = { both: 0, cli: 0, console: 0, none: 0 };
  const sections = Object.entries(ROUTES_BY_SERVICE)
    .filter(([service]) => !MACHINES.includes(service))
    .map(([service, routes]) => {
      const rows = Object.entries(routes).map(([name, { summary }]) => {
        const commands = commandsOf(users(cli, service, name));
        const isShown = users(console, service, name).length > 0;
        counts[commands === '–' ? (isShown ? 'console' : 'none') : isShown ? 'both' : 'cli']++;
        return [summary, commands, isShown ? 'yes' : '–'];
      });
      return `## ${service}\n\n${table(['what', 'command line', 'console'], rows)}`;
    });
  return page(
    'Command line and console',
    'the routes in `contracts` and the sources that use them',
    `What can be done with each. A dash means that only the [API](api.md) or the other one can. Both: ${counts.both} routes; command line alone: ${counts.cli}; console alone: ${counts.console}; neither: ${counts.none}. Routes of agents and probes are left out.`,
    ...sections,
  );
}

function sources(pattern: string): Source[] {
  return globSync(pattern, { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const users = (files: readonly Source[], service: string, name: string): string[] =>
  files
    .filter(({ text }) => text.includes(`'@stella-ops/contracts/${service}'`) && new RegExp(`\\.${name}\\b`).test(text))
    .map(({ path }) => path);

/** Commands by their files; a route that only shared parts use belongs to several. */
function commandsOf(paths: readonly string[]): string {
  const files = new Set(paths.filter((path) => path.includes('/commands/')).map((path) => basename(path, '.ts')));
  const found = COMMANDS.map(({ path }) => path).filter((path) => files.has(path.replaceAll(' ', '-')));
  if (found.length === 0) return paths.length > 0 ? 'within other commands' : '–';
  return names(found.map((path) => `stella ${path}`));
}
