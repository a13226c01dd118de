import { systemClock, type Context } from './context.ts';
import { askSecret } from './ask-secret.ts';
import { runCli } from './run-cli.ts';

const isTerminal = process.stderr.isTTY;
let hasProgress = false;

const context: Context = {
  env: process.env,
  clock: systemClock,
  cwd: process.cwd(),
  stdin: process.stdin,
  isTerminal,
  askSecret,
  progress(text) {
    if (!isTerminal) return;
    process.stderr.write(`\r\u001b[K${text}`);
    hasProgress = text !== '';
  },
  notice(text) {
    process.stderr.write(`${text}\n`);
  },
};

// A reader that has seen enough (`| head`) closes the pipe; that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const outcome = await runCli(process.argv.slice(2), context);
if (hasProgress) process.stderr.write('\r\u001b[K');
if (outcome.stderr !== '') process.stderr.write(outcome.stderr);
if (outcome.stdout.length > 0) process.stdout.write(outcome.stdout);
process.exitCode = outcome.exit;
