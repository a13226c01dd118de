import { expect, test } from 'vitest';
import { defineCommand, formatOption } from './command.ts';
import { nearest, parseArguments } from './parse-arguments.ts';

const command = defineCommand({
  description: '',
  arguments: [
    { name: 'source', summary: '', arity: 'one' },
    { name: 'more', summary: '', arity: 'any' },
  ],
  options: {
    format: formatOption('table', 'json'),
    vex: { type: 'list', value: 'FILE', summary: '' },
    key: { type: 'text', value: 'FILE', summary: '', required: true },
    strict: { type: 'flag', summary: '' },
  },
  examples: [],
  exits: {},
  run: () => Promise.resolve({ render: {} }),
});
const parse = (...words: string[]) => parseArguments('x', command, words);

test('options become typed values with their defaults', () => {
  expect(parse('a', '--vex', '1', '--vex=2', '--key', 'k', 'b')).toEqual({
    args: ['a', 'b'],
    options: { format: 'table', vex: ['1', '2'], key: 'k', strict: false },
    isHelp: false,
  });
});

test('--help wins over everything that is missing', () => {
  expect(parse('--help').isHelp).toBe(true);
});

test.each([
  [['a', '--key', 'k', '--formt', 'json'], 'unknown option --formt; did you mean --format?'],
  [['a', '--key', 'k', '--format', 'xml'], '--format takes table, json; "xml" is none of them'],
  [['a', '--key', 'k', '--key', 'l'], '--key may be given once'],
  [['a'], '--key FILE is missing'],
  [['a', '--key', ''], '--key needs a value'],
  [['--key', 'k'], 'argument <source> is missing'],
])('%j is refused with a sentence', (words, sentence) => {
  expect(() => parse(...words)).toThrow(expect.objectContaining({ code: 'USAGE', message: sentence, exit: 2 }));
});

test('a name from Object.prototype is no option', () => {
  expect(() => parse('a', '--key', 'k', '--constructor', 'x')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(() => parse('a', '--key', 'k', '--__proto__', 'x')).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test('only a slip of two letters is taken for another word', () => {
  expect(nearest('capsul', ['scan', 'capsule'])).toBe('capsule');
  expect(nearest('deploy', ['scan', 'capsule'])).toBeUndefined();
});
