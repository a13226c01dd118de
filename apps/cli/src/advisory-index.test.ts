import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeIndex } from '@stella-ops/engine-advisories';
import { AppError } from '@stella-ops/engine-kernel';
import { beforeAll, expect, test } from 'vitest';
import { withIndex } from './advisory-index.ts';
import { fail } from './errors.ts';

const cwd = mkdtempSync(join(tmpdir(), 'stella-index-'));
const file = join(cwd, 'a.idx');

beforeAll(async () => {
  const raw = Buffer.from('{"id":"A-1","modified":"2026-01-01T00:00:00Z"}');
  async function* records() {
    yield await Promise.resolve({ raw, file: 'a.json' });
  }
  await writeIndex(records(), { out: file });
});

test('the answer of the work is given back', () => {
  expect(withIndex('a.idx', { cwd }, (index) => index.info.records)).toBe(1);
});

test('an error of the work is named by the file', () => {
  const work = () => {
    throw fail('FILE_NOT_FOUND', 'no record');
  };
  expect(() => withIndex('a.idx', { cwd }, work)).toThrow(expect.objectContaining({ place: { file } }));
});

test('a file that is no index is an error that names it', () => {
  writeFileSync(join(cwd, 'b.idx'), 'hello');
  const error = (() => {
    try {
      return withIndex('b.idx', { cwd }, () => undefined);
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'INDEX_FOREIGN', place: { file: join(cwd, 'b.idx') } });
});
