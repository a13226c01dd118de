import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { AppError, EXIT } from '@stella-ops/engine-kernel';
import { openDataFolder } from './data-folder.ts';
import { fail } from './errors.ts';
import { enrol } from './identity/enrol.ts';
import { jsonLog } from './log.ts';
import { runAgent } from './run-agent.ts';
import { system } from './system.ts';
import { VERSION } from './version.ts';

const DEFAULT_DATA = '/var/lib/stella-agent';
const HELP = `Usage: stella-agent enrol --server URL --token-file FILE --authority-fingerprint sha256:… [--data-dir DIR]
       stella-agent run [--data-dir DIR] [--docker-host ADDRESS] [--script-root DIR]
       stella-agent version

Carries out deployments on this host and tells what runs here. It dials its server; nothing listens.

  --server URL                  https://host:8082, as "stella agent enrol" prints it
  --token-file FILE             file with the enrolment token; - is standard input
  --authority-fingerprint D     SHA-256 of the server's certificate authority, as "stella agent enrol" prints it
  --data-dir DIR                identity and journals (default: STELLA_AGENT_DATA, else ${DEFAULT_DATA})
  --docker-host ADDRESS         unix:///path or tcp://host:port (default: DOCKER_HOST, else /var/run/docker.sock)
  --docker-config FILE          registry logins (default: DOCKER_CONFIG/config.json, else ~/.docker/config.json)
  --script-root DIR             folder of script targets; without it there are none
  --no-docker                   script targets only
`;

const OPTIONS = {
  server: { type: 'string' },
  'token-file': { type: 'string' },
  'authority-fingerprint': { type: 'string' },
  'data-dir': { type: 'string' },
  'docker-host': { type: 'string' },
  'docker-config': { type: 'string' },
  'script-root': { type: 'string' },
  'no-docker': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const env = process.env;
  const dataDir = values['data-dir'] ?? env['STELLA_AGENT_DATA'] ?? DEFAULT_DATA;
  const [command = ''] = positionals;
  if (values.help === true) return void process.stdout.write(HELP);
  switch (positionals.length === 1 ? command : '') {
    case 'version':
      return void process.stdout.write(`stella-agent ${VERSION}\n`);
    case 'enrol': {
      const identity = await enrol(await openDataFolder(dataDir), {
        server: serverUrl(needed(values.server, '--server')),
        token: await readToken(needed(values['token-file'], '--token-file')),
        authorityFingerprint: fingerprint(needed(values['authority-fingerprint'], '--authority-fingerprint')),
      });
      return void process.stdout.write(`enrolled as ${identity.name} (${identity.agentId})\n`);
    }
    case 'run':
      return run(dataDir, {
        ...(values['no-docker'] === true
          ? {}
          : {
              dockerHost: values['docker-host'] ?? env['DOCKER_HOST'] ?? '',
              dockerConfig:
                values['docker-config'] ?? join(env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json'),
            }),
        ...(values['script-root'] === undefined ? {} : { scriptRoot: values['script-root'] }),
      });
    default:
      throw fail('AGENT_USAGE', `"${positionals.join(' ').slice(0, 100)}" is not enrol, run or version`);
  }
}

// An agent has little to do, and its host other things to keep in memory. Measured while it deploys: 87 MB become 78 without
// the compilers that make hot code fast, and with a space for young objects that stays at its first size.
for (const flag of ['--semi-space-growth-factor=1', '--no-opt', '--no-maglev', '--no-sparkplug'])
  setFlagsFromString(flag);

async function run(dataDir: string, hosts: Omit<Parameters<typeof runAgent>[0], 'dataDir' | 'system' | 'log'>) {
  const log = jsonLog(system, (line) => process.stderr.write(line));
  const agent = await runAgent({ dataDir, system, log, ...hosts });
  let isStopping = false;
  const stop = () => {
    // A second signal does not wait for the step under way: the journal says where to go on.
    if (isStopping) process.exit(EXIT.unexpected);
    isStopping = true;
    agent.stop().then(() => process.exit(EXIT.ok), fatal);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw fail('AGENT_USAGE', error instanceof Error ? error.message : String(error));
  }
}

function needed(value: string | undefined, name: string): string {
  if (value !== undefined && value !== '') return value;
  throw fail('AGENT_USAGE', `${name} is missing`);
}

function serverUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' && url.username === '' && url.pathname === '/' && url.search === '') return url.origin;
  throw fail('AGENT_USAGE', `"${text.slice(0, 100)}" is not an address like https://host:8082`);
}

function fingerprint(text: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw fail('AGENT_USAGE', 'a fingerprint is sha256: and 64 hexadecimal digits');
}

/** Never an argument: those are seen by everybody on the host. */
async function readToken(path: string): Promise<string> {
  if (path !== '-') {
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw fail('AGENT_FILE', `${path} cannot be read`, { place: { file: path }, cause });
    });
    return text.trim();
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').trim();
}

function fatal(error: unknown): never {
  if (error instanceof AppError) {
    process.stderr.write(`error ${error.code}: ${error.message}\n  hint: ${error.hint}\n`);
    process.exit(error.exit);
  }
  process.stderr.write(
    `error UNEXPECTED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(EXIT.unexpected);
}

await main(process.argv.slice(2)).catch(fatal);
