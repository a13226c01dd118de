import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Command } from '../../apps/cli/src/command.ts';
import { COMMANDS } from '../../apps/cli/src/registry.ts';

const root = join(import.meta.dirname, '..', '..');
/** The page of requirements names commands that are asked for and not there. */
const SKIPPED = ['docs/requirements-coverage.md', 'docs/reference/cli.md'];

const commands = new Map<string, Command>();
beforeAll(async () => {
  for (const one of COMMANDS) commands.set(one.path, await one.load());
});

/** Pages, and sources with texts for people: hints, the console's commands to copy, examples. */
function texts(): { path: string; text: string }[] {
  const patterns = ['*.md', '*/src/*.ts', '*/src/*.tsx'];
  return execFileSync('git', ['ls-files', '-z', '--', ...patterns], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && !path.endsWith('.test.ts') && !SKIPPED.includes(path))
    .filter((path) => existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8').replaceAll(/\\\n/g, '  ') }));
}

/** `stella WORD WORD …` with its options; a command inside `$(…)` is one of its own. */
function faultsOf(line: string): string[] {
  const first = new Set([...commands.keys()].map((path) => path.split(' ')[0]));
  return line.split(/\$\(|[`'|;]/).flatMap((part) => {
    const [, one = '', two = '', rest = ''] = /(?:^|[\s"(])stella ([a-z-]+)(?: ([a-z-]+))?(.*)$/.exec(part) ?? [];
    // The word of a template literal is not known here.
    if (!first.has(one) || (two === '' && rest.trimStart().startsWith('${'))) return [];
    const command = commands.get(`${one} ${two}`) ?? commands.get(one);
    if (command === undefined) return [`"stella ${one} ${two}" is no command`];
    return [...rest.matchAll(/(?<=\s)--([a-z-]+)/g)]
      .filter(([, option = '']) => option !== 'help' && !Object.hasOwn(command.options, option))
      .map(([option]) => `"stella ${one} ${two}" has no ${option}`);
  });
}

test('commands and options that are not there are found, also in a command of a command', () => {
  expect(faultsOf('run `stella scan x --nothing` or `stella capsule get "$(stella evidence list --kin x)"`')).toEqual([
    '"stella scan x" has no --nothing',
    '"stella evidence list" has no --kin',
  ]);
  expect(faultsOf('command="stella component create X --to Y"')).toHaveLength(1);
  expect(faultsOf('stella promotion ${verb} --nothing')).toEqual([]);
  expect(faultsOf('stella evidence burn')).toEqual(['"stella evidence burn" is no command']);
  expect(faultsOf('stella promotion approve shop@1.0.0:prod --reason x; stella scan oci-dir:x')).toEqual([]);
});

test('every command and option that pages, hints and the console name is there', () => {
  const files = texts();
  expect(files.length).toBeGreaterThan(500);
  const faults = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line) => faultsOf(line).map((fault) => `${path}: ${fault}`)),
  );
  expect(faults).toEqual([]);
});
