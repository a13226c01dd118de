import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileJournal } from './file-journal.ts';
import { temporaryFolder } from './testing/world.ts';

const ENTRY = { kind: 'begun', at: '2026-01-02T03:04:05.000Z', step: 'web:create ä' } as const;

test('what was appended is read again, by its owner alone', async () => {
  const path = join(temporaryFolder(), 'deep', 'journal');
  const journal = fileJournal(path);
  expect(await journal.read()).toEqual([]);
  await journal.append(ENTRY);
  await journal.append({ ...ENTRY, step: 'two' });
  expect(await fileJournal(path).read()).toEqual([ENTRY, { ...ENTRY, step: 'two' }]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a last line that was torn never happened, and the next entry stands on a line of its own', async () => {
  const path = join(temporaryFolder(), 'journal');
  const journal = fileJournal(path);
  await journal.append(ENTRY);
  appendFileSync(path, '{"kind":"done","at');
  expect(await journal.read()).toEqual([ENTRY]);
  await journal.append(ENTRY);
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
  expect(await journal.read()).toEqual([ENTRY, ENTRY]);
});

test.each(['not json\n', '{"kind":"other"}\n', '[]\n'])('the line %j is no entry', async (line) => {
  const path = join(temporaryFolder(), 'journal');
  writeFileSync(path, line);
  await expect(fileJournal(path).read()).rejects.toMatchObject({ code: 'DEPLOY_JOURNAL_INVALID', place: { line: 1 } });
});
