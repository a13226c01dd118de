import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ANALYZERS } from './list.ts';

test('the list names every folder of an analyzer, and nothing else', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(ANALYZERS.map(({ id }) => id).sort()).toEqual(folders.map(({ name }) => name).sort());
});
