import { expect, test } from 'vitest';
import { documentFaults, IMPOSED_RULE } from './documents.ts';

const exists = (path: string): boolean => ['docs/a.md', 'README.md'].includes(path);
const page = (text: string, path = 'docs/x.md') => documentFaults([{ path, text }], exists);

test('a page with title, rule and living links is fine', () => {
  expect(
    page(`# X\n\n${IMPOSED_RULE}\n\n[a](a.md) [b](../README.md#top) [c](https://example.com) [d](#here)\n`),
  ).toEqual([]);
});

test('a page without the rule, without a title, or with a dead link is named', () => {
  expect(page('# X\n\ntext\n')).toEqual(['docs/x.md: the imposed rule is not the line after the title']);
  expect(page(`X\n\n${IMPOSED_RULE}\n`)).toEqual(['docs/x.md: the first line is no title']);
  expect(page('# X\n\n[a](gone.md)\n', 'CONTRIBUTING.md')).toEqual([
    'CONTRIBUTING.md: the link to gone.md leads nowhere',
  ]);
});
