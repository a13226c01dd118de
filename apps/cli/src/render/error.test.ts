import { expect, test } from 'vitest';
import { fail } from '../errors.ts';
import { errorText } from './error.ts';

test('an error is its code and sentence, its place and a hint', () => {
  const error = fail('FILE_NOT_FOUND', 'a.json does not exist', { place: { file: 'a.json' } });
  expect(errorText(error)).toBe('error FILE_NOT_FOUND: a.json does not exist\n  at a.json\n  hint: Check the path.\n');
});

test('an error without a place has no line for it', () => {
  expect(errorText(fail('USAGE', 'no'))).toBe('error USAGE: no\n  hint: Run the command with --help.\n');
});

test('of several faults each is told with its place, up to twenty', () => {
  const violations = Array.from({ length: 25 }, (_, at) => ({ pointer: at === 0 ? '' : `/${at}`, message: 'wrong' }));
  const lines = errorText(fail('VEX_INVALID', 'no', { details: { violations } })).split('\n');
  expect(lines.filter((line) => line.startsWith('  - '))).toHaveLength(21);
  expect(lines).toContain('  - /: wrong');
  expect(lines).toContain('  - and 5 more');
});

test('a diagnostic of a text is told by line and column', () => {
  const diagnostics = [
    { line: 3, column: 7, message: 'a' },
    { line: 9, message: 'b' },
  ];
  const text = errorText(fail('VEX_INVALID', 'no', { details: { diagnostics } }));
  expect(text).toContain('  - 3:7: a\n  - 9:1: b\n');
});

test('neither a stack nor a control sequence gets into the text', () => {
  const text = errorText(fail('UNEXPECTED', 'x\u001b[2J', { place: { file: 'a\nb' }, cause: new Error('inner') }));
  expect(text).toContain('error UNEXPECTED: x?[2J\n  at a?b\n');
  expect(text).not.toContain('inner');
});
