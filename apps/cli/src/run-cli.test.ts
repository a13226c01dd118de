import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from './registry.ts';
import { printable } from './render/table.ts';
import { runCli } from './run-cli.ts';
import { testContext } from './testing/test-context.ts';

const context = testContext();

test('every file in commands/ is registered, and every registered command loads', async () => {
  const files = readdirSync(join(import.meta.dirname, 'commands')).filter((file) => !file.endsWith('.test.ts'));
  expect(files.map((file) => file.replace('.ts', '')).sort()).toEqual(
    COMMANDS.map((command) => command.path.replaceAll(' ', '-')).sort(),
  );
  for (const entry of COMMANDS) {
    const command = await entry.load();
    expect(typeof command.run, entry.path).toBe('function');
    if ('format' in command.options) expect(command.options['format'], entry.path).toMatchObject({ type: 'choice' });
  }
});

test('help names every command and exits 0; no command at all is a usage error', async () => {
  const help = await runCli(['--help'], context);
  expect(help.exit).toBe(0);
  for (const entry of COMMANDS) expect(help.stdout).toContain(entry.path);
  expect(await runCli([], context)).toMatchObject({ exit: 2, stdout: '' });
});

test('each command explains itself: arguments, options, exit codes', async () => {
  for (const entry of COMMANDS) {
    const help = await runCli([...entry.path.split(' '), '--help'], context);
    expect(help.exit, entry.path).toBe(0);
    expect(help.stdout).toContain(`Usage: stella ${entry.path}`);
    expect(help.stdout).toContain('Exit codes:');
  }
});

test.each([
  [['scna'], 'Did you mean "stella scan"?'],
  [['capsule', 'verfy'], 'Did you mean "stella capsule verify"?'],
  [['frobnicate'], 'Run "stella --help" for the list.'],
])('%j is answered with a hint', async (words, hint) => {
  const outcome = await runCli(words, context);
  expect(outcome.exit).toBe(2);
  expect(outcome.stderr).toContain('error USAGE: ');
  expect(outcome.stderr).toContain(hint);
  expect(outcome.stderr).not.toContain('    at ');
});

test('what came from outside cannot steer a terminal', () => {
  expect(printable('a\u001b[2Jb\u202ec\n')).toBe('a?[2Jb?c?');
});
