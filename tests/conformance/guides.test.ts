import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeNeeding, type Part, temporaryFolder } from '@stella-ops/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { COVERAGE_FIELDS, FINDING_FIELDS, GAP_FIELDS, SUBJECT_FIELDS } from '../../engine/policy/src/fields.ts';
import { writeDemoImage } from '../../tools/demo/demo-image.ts';
import { examplesOf, type Place, ROOT, runExample, SERVER_GUIDES } from './guide-examples.ts';

const guides = join(ROOT, 'docs', 'guides');
const offline = readdirSync(guides).filter((name) => !SERVER_GUIDES.some((other) => other === name));

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** What the pages tell the reader to bring: the program on PATH, demo data, a policy and the image of the tour. */
async function prepare(): Promise<Place> {
  const cwd = temporaryFolder('guide');
  folders.push(cwd);
  for (const folder of ['demo', 'policies']) cpSync(join(ROOT, folder), join(cwd, folder), { recursive: true });
  await writeDemoImage(join(cwd, 'shop'));
  const home = temporaryFolder('guide-home');
  folders.push(home);
  const path = `${join(ROOT, 'apps', 'cli', 'bin')}:${process.env['PATH']}`;
  return { cwd, env: { PATH: path, HOME: home, TUF_ROOT: join(home, 'tuf') } };
}

for (const name of offline) {
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
          const result = await runExample(script, place);
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
