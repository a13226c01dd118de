import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/requirements-coverage.md');

interface Line {
  readonly id: string;
  readonly asks: string;
  readonly shownBy: string;
}

const lines: readonly Line[] = page
  .split('\n')
  .filter((text) => text.startsWith('| S'))
  .map((text) => {
    const [id = '', asks = '', shownBy = ''] = text
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return { id, asks, shownBy };
  });

const STATES = ['shown', 'partly', 'not yet', 'decided otherwise'] as const;
type State = (typeof STATES)[number];

/** Whatever is neither said to be missing nor decided otherwise has to be the name of a test. */
function stateOf({ shownBy }: Line): State {
  if (shownBy === 'not yet') return 'not yet';
  return (['partly', 'decided otherwise'] as const).find((state) => shownBy.startsWith(`${state}: `)) ?? 'shown';
}

/** Seed, sections and running number as numbers of equal width; appendices (A, B) come after the numbered sections. */
function placeOf(id: string): string {
  const [, seed = '', section = '', number = ''] = /^S(\d{3})-(\d+(?:\.\d+)?|[A-Z])-(\d{2})$/.exec(id) ?? [];
  expect(seed, `${id} is no id`).not.toBe('');
  const sections = section.split('.').map((part) => (/\d/.test(part) ? part.padStart(2, '0') : part));
  return [seed, sections.join('.'), number].join('-');
}

test('ids are unique and stand in order', () => {
  const places = lines.map(({ id }) => placeOf(id));
  expect(places.length).toBeGreaterThan(0);
  expect(places).toEqual([...new Set(places)].sort());
});

test('every line stands under the heading of its section and asks for something in at most 20 words', () => {
  let heading = '';
  for (const text of page.split('\n')) {
    const [, seed, section] = /^### (S\d{3}) (\S+) /.exec(text) ?? [];
    if (seed !== undefined) heading = `${seed}-${section}-`;
    if (text.startsWith('| S')) expect(text.slice(2).startsWith(heading), `${text} under ${heading}`).toBe(true);
  }
  for (const { id, asks } of lines) {
    expect(asks, id).not.toBe('');
    expect(asks.split(/\s+/).length, id).toBeLessThanOrEqual(20);
  }
});

test('a line counts as shown only by a test that exists, under the name it is given', () => {
  const shown = lines.filter((line) => stateOf(line) === 'shown');
  expect(shown.length).toBeGreaterThan(0);
  for (const { id, shownBy } of shown) {
    const [path = '', ...name] = shownBy.split('#');
    expect(path, id).toMatch(/^(engine|contracts|platform|services|apps|tests|tools)\/\S+\.test\.ts$/);
    expect(existsSync(join(root, path)), `${id}: ${path}`).toBe(true);
    expect(read(path), `${id}: ${shownBy}`).toContain(name.join('#'));
  }
});

test('what is there in part says what is missing, in at most 12 words', () => {
  for (const { id, shownBy } of lines.filter((line) => stateOf(line) === 'partly')) {
    const words = shownBy.slice('partly: '.length).split(/\s+/).length;
    expect(words, id).toBeGreaterThan(1);
    expect(words, id).toBeLessThanOrEqual(12);
  }
});

test('what was decided otherwise has a reason', () => {
  for (const line of lines.filter((line) => stateOf(line) === 'decided otherwise')) {
    expect(line.shownBy.length, line.id).toBeGreaterThan('decided otherwise: '.length + 10);
  }
});

test('the counts on top are the counts below', () => {
  const table = page.split('\n').findIndex((text) => text.replaceAll(/ +/g, ' ').startsWith('| asked |'));
  const counts = (page.split('\n')[table + 2] ?? '').split('|').slice(1, -1).map(Number);
  const count = (state: State): number => lines.filter((line) => stateOf(line) === state).length;
  expect(counts).toEqual([lines.length, ...STATES.map(count)]);
});

test('the licence is BUSL-1.1 with a use grant, and the notices name what ships', () => {
  const licence = read('LICENSE');
  expect(licence).toContain('Business Source License 1.1');
  expect(licence).toMatch(/^Additional Use Grant: +You may make production use/m);
  const manifest = JSON.parse(read('package.json')) as { license: string };
  expect(manifest.license).toBe('BUSL-1.1');
  expect(read('NOTICE.md')).toMatch(/^\| yauzl +\| \S+ +\| MIT /m);
});

test('sbom.cdx.json has every package that the lockfile installs everywhere', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { version?: string; link?: true; optional?: true }>;
  };
  const wanted = Object.entries(packages)
    .filter(([path, { link, optional }]) => path.includes('node_modules/') && !link && !optional)
    .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
  const { components } = JSON.parse(read('sbom.cdx.json')) as {
    components: { group?: string; name: string; version?: string }[];
  };
  const present = new Set(
    components.map(({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name}@${version}`),
  );
  expect(wanted.length).toBeGreaterThan(100);
  expect(wanted.filter((one) => !present.has(one))).toEqual([]);
});
