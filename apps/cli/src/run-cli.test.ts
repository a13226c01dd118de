import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
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

test('no document and no server can steer the terminal of whoever imports it', async () => {
  const evil = 'x\u001b]0;title\u0007\u009b2J\u202e';
  const digest = `sha256:${'0'.repeat(64)}`;
  const at = '2026-01-02T03:04:05.000Z';
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const answer = {
    document: { digest, documentId: evil, author: null, timestamp: null, statements: 1, provider: 'x', receivedAt: at },
    snapshot: { id, digest, documents: 1, createdAt: at },
    isNew: true,
    warnings: [`statement 1: ${evil}`],
  };
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'stella-cli-'));
  try {
    writeFileSync(join(folder, 'supplier.json'), '{}');
    const notices: string[] = [];
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { STELLA_TOKEN: 'token', HOME: folder };
    const own = testContext({ env, cwd: folder, notice: (text) => void notices.push(text) });
    const words = ['vex', 'import', 'supplier.json', '--server', url];
    const shown = await runCli(words, own);
    expect(shown).toMatchObject({ exit: 0, stderr: '' });
    expect(shown.stdout).toContain('x?]0;title??2J?: 1 statements');
    expect(notices).toEqual(['supplier.json: statement 1: x?]0;title??2J?']);
    // Programs get what was said.
    const { stdout } = await runCli([...words, '--format', 'json'], own);
    expect(JSON.parse(String(stdout))).toMatchObject({ documents: [{ document: { documentId: evil } }] });
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});
