import { EXIT } from '@stella-ops/engine-kernel';
import { systemClock, type Context } from './context.ts';
import { askSecret } from './ask-secret.ts';
import { fail } from './errors.ts';
import { errorText } from './render/error.ts';
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
  line(text) {
    process.stdout.write(`${text}\n`);
  },
};

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) closes the pipe: that is no error, and the answer of a gate stays.
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(
    errorText(fail('OUTPUT_FAILED', `cannot write to standard output: ${error.message}`, { cause: error })),
  );
  process.exit(EXIT.unexpected);
});

const outcome = await runCli(process.argv.slice(2), context);
if (hasProgress) process.stderr.write('\r\u001b[K');
if (outcome.stderr !== '') process.stderr.write(outcome.stderr);
process.exitCode = outcome.exit;
if (outcome.stdout.length > 0) process.stdout.write(outcome.stdout);
