import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeOutput } from './output.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'stella-output-'));

test('a result takes the place of an older one, and nothing else is left', async () => {
  const cwd = folder();
  writeFileSync(join(cwd, 'out'), 'a longer text that was there before');
  await writeOutput('out', 'new', { cwd });
  expect(readFileSync(join(cwd, 'out'), 'utf8')).toBe('new');
  expect(readdirSync(cwd)).toEqual(['out']);
});

test('a secret is readable by its owner alone, from its first byte', async () => {
  const cwd = folder();
  await writeOutput('key', 'secret', { cwd }, 0o600);
  expect(statSync(join(cwd, 'key')).mode & 0o777).toBe(0o600);
});

test('what cannot be put in its place leaves no temporary file', async () => {
  const cwd = folder();
  mkdirSync(join(cwd, 'out'));
  await expect(writeOutput('out', 'x', { cwd })).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    place: { file: 'out' },
  });
  expect(readdirSync(cwd)).toEqual(['out']);
});

test('the reason is told without the name of a temporary file', async () => {
  await expect(writeOutput('no/such/out', 'x', { cwd: folder() })).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    exit: 1,
    message: 'cannot write no/such/out: no such file or directory',
  });
});
