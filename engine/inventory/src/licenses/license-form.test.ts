import { expect, test } from 'vitest';
import { licenseForm } from './license-form.ts';

test.each([
  ['MIT', 'id'],
  ['GPL-2.0+', 'id'],
  ['MIT OR Apache-2.0', 'expression'],
  ['(MIT OR Apache-2.0) AND BSD-3-Clause', 'expression'],
  ['GPL-2.0-only WITH Classpath-exception-2.0', 'expression'],
  ['Apache-2.0+', 'expression'],
  ['LicenseRef-Acme', 'custom'],
  ['MIT AND DocumentRef-a:LicenseRef-b', 'custom'],
  ['mit', 'text'],
  ['GPLv3+', 'text'],
  ['MIT or Apache-2.0', 'text'],
  ['MIT, BSD-3-Clause', 'text'],
  ['MIT AND', 'text'],
  ['AND MIT', 'text'],
  ['MIT MIT', 'text'],
  ['(MIT', 'text'],
  ['MIT)', 'text'],
  ['()', 'text'],
  ['', 'text'],
  ['MIT WITH MIT', 'text'],
  ['Classpath-exception-2.0', 'text'],
  ['constructor', 'text'],
])('%j is %s', (text, form) => expect(licenseForm(text)).toBe(form));

test('hostile nesting is text, not a stack overflow', () => {
  expect(licenseForm(`${'('.repeat(2000)}MIT${')'.repeat(2000)}`)).toBe('text');
  expect(licenseForm('MIT OR '.repeat(100_000))).toBe('text');
});
