import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AppError, EXIT } from '@stella-ops/engine-kernel';
import { onTermination } from '@stella-ops/platform/runtime';
import type { RunningAgent } from '@stella-ops/app-agent';
import { BACKUP_COMMANDS, BACKUP_HELP } from './backup/commands.ts';
import { LOCAL_AGENT, startDemoAgent } from './demo/demo-agent.ts';
import { seedDemo } from './demo/seed-demo.ts';
import { eventsCommand, EVENTS_HELP } from './events/commands.ts';
import { flagsOf } from './flags.ts';
import { passwordFile } from './password-file.ts';
import { runServer, type RunningServer } from './run-server.ts';

const HELP = `Usage: stella-server [--roles all|NAME,NAME] [--set SECTION.KEY=VALUE]…

Starts the server. Settings: STELLA_CONFIG or /etc/stella/*.yaml, STELLA_SECTION__KEY, --set.

${BACKUP_HELP}
${EVENTS_HELP}`;

/** The body of the server process. */
async function main(args: readonly string[]): Promise<void> {
  const [name = '', ...rest] = args;
  if (Object.hasOwn(BACKUP_COMMANDS, name)) {
    return BACKUP_COMMANDS[name]?.(rest, process.env, (line) => void process.stdout.write(`${line}\n`));
  }
  if (name === 'events') return eventsCommand(rest, process.env, (line) => void process.stdout.write(`${line}\n`));
  const { values } = parseArgs({
    args: [...args],
    options: {
      roles: { type: 'string', default: 'all' },
      set: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const startedMs = performance.now();
  const server = await runServer(process.env, flagsOf(values.set), values.roles.split(','));
  let agent: RunningAgent | undefined;
  onTermination(
    process,
    () =>
      void stopBoth(agent, server).then(
        () => process.exit(EXIT.ok),
        (error: unknown) => fatal(error),
      ),
    () => process.exit(EXIT.unexpected),
  );
  process.stdout.write(`Stella Ops is ready after ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
  announce(server);
  if (server.isDemo) {
    agent = await startDemoAgent(server, process.env, (line) => process.stderr.write(`${line}\n`));
    await seedDemo(server, (line) => process.stdout.write(`${line}\n`), {
      agent: agent === undefined ? undefined : LOCAL_AGENT,
    }).catch(sayIncomplete);
  }
}

/** The agent first: it tells the server what it has left to do. */
async function stopBoth(agent: RunningAgent | undefined, server: RunningServer): Promise<void> {
  await agent?.stop();
  await server.stop();
}

function announce({ url, apiUrl, dataDir, engine }: RunningServer): void {
  const lines = [
    `  console   ${url}`,
    `  API       ${url}/api/v1 (also ${apiUrl})`,
    `  sign in   stella login --server ${url}`,
  ];
  // Beside the administrator the people of the demo, where there is one.
  for (const name of ['admin', 'rosa', 'sam']) {
    const file = passwordFile(dataDir, name);
    if (!existsSync(file)) continue;
    // Shown to a person at a terminal, and to no log.
    const shown = process.stdout.isTTY ? `: ${readFileSync(file, 'utf8').trim()}` : '';
    lines.push(`  user      ${name}, password in ${file}${shown}`);
  }
  lines.push(`  data      ${dataDir} (${engine})`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The server is up and may be used; what the demo lacks is no reason to end it. */
function sayIncomplete(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The demo is not complete: ${why}\n  hint: The next start goes on where this one stopped.\n`);
}

function fatal(error: unknown): void {
  if (error instanceof AppError) {
    const cause = error.cause instanceof Error ? `\n  cause: ${error.cause.message}` : '';
    process.stderr.write(`error ${error.code}: ${error.message}${cause}\n  hint: ${error.hint}\n`);
    process.exit(error.exit);
  }
  if ((error as NodeJS.ErrnoException | undefined)?.code?.startsWith('ERR_PARSE_ARGS') === true) {
    process.stderr.write(`error USAGE: ${(error as Error).message}\n  hint: See --help.\n`);
    process.exit(EXIT.invalid);
  }
  process.stderr.write(
    `error UNEXPECTED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(EXIT.unexpected);
}

await main(process.argv.slice(2)).catch(fatal);
