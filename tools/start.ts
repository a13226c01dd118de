// `npm start`: the whole product in one process, with a demo tenant. Data lies in .stella; nothing else is touched
// but the built console, which is made anew when its sources have changed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildConsole, isStale } from '../apps/console/build.ts';
import { NODE_FLAGS, processEnvironment } from '../apps/server/src/process-settings.ts';

const root = join(import.meta.dirname, '..');
process.chdir(root);
const main = join(root, 'apps', 'server', 'src', 'main.ts');
const args = [...NODE_FLAGS, main, '--set', 'server.isDemo=true', '--set', 'log.level=warn', ...process.argv.slice(2)];
const env = processEnvironment(process.env);

if (isStale()) {
  process.stdout.write('Building the console…\n');
  await buildConsole();
}

// The server takes this process's place, so that it gets signals itself. Where the system cannot do that, it is a child.
if (process.platform !== 'win32') process.execve?.(process.execPath, [process.execPath, ...args], env);
process.exit(spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1);
