import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** What a page links to, from the repository root. */
function linksOf(page: string): Set<string> {
  const text = readFileSync(join(root, page), 'utf8');
  const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, target = '']) => target);
  return new Set(targets.map((target) => relative(root, join(root, dirname(page), target))));
}

const missing = (wanted: readonly string[], present: ReadonlySet<string>): string[] =>
  wanted.filter((one) => !present.has(one));

test('the technical index leads to the README of every module and to every decision', () => {
  const modules = globSync('{apps,services,engine}/*/package.json', { cwd: root }).map((path) => dirname(path));
  expect(modules.length).toBeGreaterThan(25);
  const links = linksOf('docs/technical/README.md');
  const wanted = [...modules, 'platform', 'contracts'].map((folder) => join(folder, 'README.md'));
  expect(missing(wanted, links)).toEqual([]);
  const decisions = globSync('docs/technical/adr/*.md', { cwd: root });
  expect(decisions.length).toBeGreaterThan(7);
  expect(missing(decisions, links)).toEqual([]);
});

test('the index of the documentation leads to every page, by itself or by an index below it', () => {
  const links = linksOf('docs/README.md');
  for (const index of [...links].filter((path) => path.startsWith('docs/') && path.endsWith('README.md'))) {
    for (const link of linksOf(index)) links.add(link);
  }
  const pages = globSync('docs/**/*.md', { cwd: root }).filter((path) => path !== 'docs/README.md');
  expect(pages.length).toBeGreaterThan(25);
  expect(missing(pages, links)).toEqual([]);
});

test('every module has a README', () => {
  const folders = globSync('{apps,services,engine}/*/package.json', { cwd: root }).map((path) => dirname(path));
  expect(folders.filter((folder) => !existsSync(join(root, folder, 'README.md')))).toEqual([]);
});

test('troubles are told from what is seen over a cause to a remedy, each once, with codes that exist', () => {
  const rows = readFileSync(join(root, 'docs/operations/troubleshooting.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?!you see|-)/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) expect([row.length, ...row.map((cell) => cell.length > 5)]).toEqual([3, true, true, true]);
  expect(new Set(rows.map(([seen]) => seen)).size).toBe(rows.length);
  const errors = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8');
  const codes = rows.flatMap((row) => [...row.join(' ').matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code]) => code));
  expect(codes.length).toBeGreaterThan(15);
  expect(codes.filter((code) => !errors.includes(`| \`${code}\` `))).toEqual([]);
});
