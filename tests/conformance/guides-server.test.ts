import { cpSync, existsSync, globSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_AGENT, seedDemo, startDemoAgent } from '@stella-ops/app-server/demo';
import { temporaryFolder } from '@stella-ops/testkit';
import { startTestServer, type TestServer } from '@stella-ops/testkit/product';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDemoImage } from '../../tools/demo/demo-image.ts';
import { examplesOf, type Place, readPage, ROOT, runExample, SERVER_GUIDES } from './guide-examples.ts';

/** Where the pages say that the server is. */
const ADDRESS = 'http://127.0.0.1:8080';
/** Pages and the first heading of what is run; the README begins with things that need no server. */
const PAGES = [
  ...SERVER_GUIDES.map((name) => ({ path: `docs/guides/${name}`, from: '# ' })),
  { path: 'README.md', from: '## Five minutes with the server' },
] as const;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ settings: { 'server.isDemo': 'true' } });
  // As `npm start` does: what is approved is deployed.
  const agent = await startDemoAgent(server, process.env, () => undefined);
  await seedDemo(server, () => undefined, { agent: LOCAL_AGENT });
  return async () => {
    await agent?.stop();
    await server.stop();
  };
});
afterAll(() => {
  folders.forEach(endAgent);
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

const folders: string[] = [];

/** Where an example failed before the one that ends its agent. */
function endAgent(folder: string): void {
  const file = join(folder, 'agent.pid');
  if (!existsSync(file)) return;
  try {
    process.kill(Number(readFileSync(file, 'utf8')));
  } catch {
    // It has ended.
  }
}

function newFolder(name: string): string {
  const folder = temporaryFolder(name);
  folders.push(folder);
  return folder;
}

/** What the pages tell the reader to bring: the program on PATH, demo data, a policy, an image, the server's data folder. */
async function prepare(): Promise<Place> {
  const cwd = newFolder('guide');
  for (const folder of ['demo', 'policies']) cpSync(join(ROOT, folder), join(cwd, folder), { recursive: true });
  await writeDemoImage(join(cwd, 'shop'));
  symlinkSync(server.dataDir, join(cwd, '.stella'));
  const programs = ['cli', 'agent'].map((name) => join(ROOT, 'apps', name, 'bin'));
  const path = [...programs, process.env['PATH']].join(':');
  return { cwd, env: { PATH: path, HOME: newFolder('guide-home') } };
}

/** Part of a page up to the next heading of the same level. */
function partOf(page: string, from: string): string {
  const start = page.indexOf(`\n${from}`) + 1;
  if (from === '# ') return page;
  expect(start, `no heading "${from}"`).toBeGreaterThan(0);
  const end = page.indexOf('\n## ', start);
  // Lines before it keep their numbers in messages.
  return page.slice(0, start).replaceAll(/[^\n]/g, '') + page.slice(start, end === -1 ? undefined : end);
}

/** A line of output without what differs each time: ids, digests, times, addresses, width of columns. */
function comparable(line: string): string {
  return line
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'DIGEST')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'ID')
    .replaceAll(/\b\d{4}-\d\d-\d\d(?:T[\d:.]+Z| \d\d:\d\d)?/g, 'TIME')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, ADDRESS)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function missingLines(shows: readonly string[], output: string): string[] {
  const lines = output.split('\n').map(comparable);
  return shows.filter((shown) => {
    const wanted = comparable(shown);
    const start = wanted.endsWith('…') ? wanted.slice(0, -1).trim() : undefined;
    return !lines.some((line) => (start === undefined ? line === wanted : line.startsWith(start)));
  });
}

describe.each(PAGES)('$path with a server', ({ path, from }) => {
  test('its examples end as the page says and print what it shows', { timeout: 300_000 }, async () => {
    const examples = examplesOf(partOf(readPage(path), from));
    expect(examples.length).toBeGreaterThan(3);
    const place = await prepare();
    for (const { script, line, exit, shows } of examples) {
      const result = await runExample(script.replaceAll(ADDRESS, server.url), place);
      const said = `${path}:${line}\n${script}\n${result.output}`;
      expect(result.exit, said).toBe(exit);
      expect(result.output, said).not.toMatch(/^ {4}at /m);
      expect(missingLines(shows, result.output), said).toEqual([]);
    }
  });
});

test('what a page shows is compared line by line, but for ids, digests, times and widths', () => {
  const output = 'id     01a1fec0-60fb-75f9-9c77-5b328db4393c\nsealed  2026-11-21 15:47  by sam\n';
  expect(missingLines(['id 01a1feca-9da4-738f-ae24-a0f738b572e0', 'sealed 2027-01-01 00:00 by…'], output)).toEqual([]);
  expect(missingLines(['sealed 2027-01-01 00:00 by rosa', 'state'], output)).toHaveLength(2);
});

test('what pages on operations name is there: settings, metrics, error codes, consumers of events', () => {
  const pages = readdirSync(join(ROOT, 'docs', 'operations')).map((name) => readPage(`docs/operations/${name}`));
  const words = new Set(pages.flatMap((page) => [...page.matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word)));
  const known = new Set(
    ['config.md', 'metrics.md', 'errors.md']
      .map((name) => readPage(`docs/reference/${name}`))
      .flatMap((page) => [...page.matchAll(/^\| `?([\w.]+)`? /gm)].map(([, cell = '']) => cell)),
  );
  for (const path of globSync('services/*/src/**/*.ts', { cwd: ROOT })) {
    for (const [, name = ''] of readPage(path).matchAll(/\bname: '([a-z]+\.[a-z-]+)'/g)) known.add(name);
  }
  const named = [...words].filter(
    (word) =>
      /^[a-z]+\.[a-z]+[A-Z]?\w*$/.test(word) ||
      /^[a-z]+(?:_[a-z]+){2,}$/.test(word) ||
      /^(?!STELLA_)[A-Z]+_[A-Z_]+$/.test(word),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((word) => !known.has(word))).toEqual([]);
});
