import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeNeeding, type Part, temporaryFolder } from '@stella-ops/testkit';
import { describe, expect, test } from 'vitest';
import { COVERAGE_FIELDS, FINDING_FIELDS, GAP_FIELDS, SUBJECT_FIELDS } from '../../engine/policy/src/fields.ts';
import { writeDemoImage } from '../../tools/demo/demo-image.ts';

const root = join(import.meta.dirname, '..', '..');
const guides = join(root, 'docs', 'guides');

/** An example of a page: a fenced block marked `sh`. Its comments `# exit 6` and `# needs zstd cosign` are for this test. */
interface Example {
  readonly script: string;
  readonly line: number;
  readonly exit: number;
  readonly needs: readonly Part[];
}

function examplesOf(page: string): Example[] {
  return [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(({ 1: script = '', index }) => ({
    script,
    line: page.slice(0, index).split('\n').length,
    exit: Number(/^# exit (\d+)$/m.exec(script)?.[1] ?? 0),
    needs: (/^# needs (.+)$/m.exec(script)?.[1]?.split(' ') ?? []) as Part[],
  }));
}

/** What the pages tell the reader to bring: the program on PATH, demo data, a policy and the image of the tour. */
async function prepare(): Promise<{ readonly cwd: string; readonly env: NodeJS.ProcessEnv }> {
  const cwd = temporaryFolder('guide');
  for (const folder of ['demo', 'policies']) cpSync(join(root, folder), join(cwd, folder), { recursive: true });
  await writeDemoImage(join(cwd, 'shop'));
  const home = temporaryFolder('guide-home');
  const path = `${join(root, 'apps', 'cli', 'bin')}:${process.env['PATH']}`;
  return { cwd, env: { PATH: path, HOME: home, TUF_ROOT: join(home, 'tuf') } };
}

function run(script: string, place: Awaited<ReturnType<typeof prepare>>): Promise<{ exit: number; output: string }> {
  return new Promise((done) => {
    execFile('sh', ['-eu', '-c', script], { ...place, timeout: 60_000 }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ exit, output: `${stdout}${stderr}` });
    });
  });
}

for (const name of readdirSync(guides)) {
  const page = readFileSync(join(guides, name), 'utf8');
  const examples = examplesOf(page);

  describe(`docs/guides/${name}`, () => {
    test('begins with its imposed rule and has examples that run on any machine', () => {
      expect(page).toMatch(/^# .+\n\n> \*\*Imposed rule:\*\* /);
      expect(examples.filter(({ needs }) => needs.length === 0)).not.toEqual([]);
    });
  });

  // A page is read from the top: the examples that need a tool run after those before them that need none or the same.
  for (const words of new Set(examples.map(({ needs }) => needs.join(' ')))) {
    const parts = words.split(' ').filter((word) => word !== '') as Part[];
    describeNeeding(parts, `docs/guides/${name}`, () => {
      test(`examples ${words === '' ? 'that need nothing' : `with ${words}`} end as the page says`, async () => {
        const place = await prepare();
        for (const { script, line, exit } of examples.filter(({ needs }) =>
          needs.every((part) => parts.includes(part)),
        )) {
          const result = await run(script, place);
          expect(result.exit, `${name}:${line}\n${script}\n${result.output}`).toBe(exit);
          expect(result.output, `${name}:${line}`).not.toMatch(/^ {4}at /m);
        }
      });
    });
  }
}

test('the guide on policy packs names every variable that a condition can read, and no other', () => {
  const page = readFileSync(join(guides, 'policy-packs.md'), 'utf8');
  const fields = [FINDING_FIELDS, GAP_FIELDS, COVERAGE_FIELDS, SUBJECT_FIELDS].flatMap((table) => [...table.keys()]);
  const named = [...page.matchAll(/^\| `([\w.]+)` +\| (?:text|texts|number|truth|any) /gm)].map(({ 1: name }) => name);
  expect(new Set(named)).toEqual(new Set([...fields, 'params.NAME']));
});
