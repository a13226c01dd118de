import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conditionCompiler } from './compile.ts';
import type { Field, Scope } from './fields.ts';

interface Row {
  readonly s: string;
  readonly b: boolean;
  readonly d: number;
  readonly l: readonly string[];
}
const field = <K extends keyof Row>(type: Field<Row>['type'], key: K): [string, Field<Row>] => [
  `row.${key}`,
  { type, read: ({ row }) => row[key] },
];
const compile = conditionCompiler<Row>(
  new Map([field('string', 's'), field('bool', 'b'), field('double', 'd'), field('list<string>', 'l')]),
);
const scope = (row: Partial<Row>): Scope<Row> => ({
  row: { s: '', b: false, d: Number.NaN, l: [], ...row },
  subject: { kind: 'directory', name: '' },
  environment: '',
});

function truth(text: string, row: Partial<Row>): boolean | undefined {
  const compiled = compile(text);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.message}`);
  return compiled.value.test(scope(row));
}

describe('a number that is not known is neither above nor below anything', () => {
  test.each([
    ['row.d >= 7.0', undefined],
    ['row.d < 7.0', undefined],
    ['row.d == 7.0', undefined],
    ['row.d != 7.0', undefined],
    ['row.d in [7.0]', undefined],
    ['!(row.d >= 7.0)', undefined],
    ['row.d >= 7.0 || true', true],
    ['true || row.d >= 7.0', true],
    ['row.d >= 7.0 || false', undefined],
    ['row.d >= 7.0 && false', false],
    ['false && row.d >= 7.0', false],
    ['row.d >= 7.0 && true', undefined],
    ['row.d >= 7.0 ? true : true', undefined],
    ['(row.d >= 7.0) == (row.d >= 7.0)', undefined],
    ['["a"].exists(x, row.d >= 7.0)', undefined],
    ['["a", "b"].exists(x, x == "b" || row.d >= 7.0)', true],
    ['["a", "b"].all(x, x == "b" && row.d >= 7.0)', false],
    ['["a"].exists_one(x, row.d >= 7.0)', undefined],
  ])('%s', (text, expected) => {
    expect(truth(text, {})).toBe(expected);
  });
});

test('nested searches see the innermost variable of a name', () => {
  expect(truth('row.l.exists(x, ["b"].all(x, x == "b") && x == "a")', { l: ['a'] })).toBe(true);
  expect(truth('row.l.exists(x, row.l.exists(y, x != y))', { l: ['a', 'b'] })).toBe(true);
  expect(truth('row.l.exists(x, row.l.exists(y, x != y))', { l: ['a'] })).toBe(false);
});

test('size counts code points, lowerAscii leaves other letters alone', () => {
  expect(truth('size(row.s) == 1', { s: '😀' })).toBe(true);
  expect(truth('row.s.lowerAscii() == "ab\u00c4"', { s: 'AB\u00c4' })).toBe(true);
});

test('what a condition reads is known by name', () => {
  const compiled = compile('row.b && row.l.exists(x, x == row.s)');
  expect(compiled.ok && [...compiled.value.reads.keys()].sort()).toEqual(['row.b', 'row.l', 'row.s']);
});

describe('our closures and the CEL library agree', () => {
  const text = fc.constantFrom('"a"', '"b"', '"ab"', 'row.s');
  const number = fc.constantFrom('1.0', '7.5', '-2.0', 'row.d', 'double(size(row.l))', 'double(size(row.s))');
  const list = fc.constantFrom('row.l', '["a", "b"]', '["ab"]');
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom('true', 'false', 'row.b'),
      fc.tuple(text, fc.constantFrom('==', '!='), text).map((parts) => parts.join(' ')),
      fc.tuple(number, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), number).map((parts) => parts.join(' ')),
      fc.tuple(text, list).map(([item, held]) => `${item} in ${held}`),
      number.map((item) => `${item} in [1.0, 7.5]`),
      fc.tuple(text, fc.constantFrom('startsWith', 'endsWith', 'contains'), text).map(([a, f, b]) => `${a}.${f}(${b})`),
      fc
        .tuple(list, fc.constantFrom('exists', 'all', 'exists_one'), text)
        .map(([held, search, part]) => `${held}.${search}(x, x.startsWith(${part}))`),
      fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||', '=='), tie('condition'))
        .map(([a, op, b]) => `(${a}) ${op} (${b})`),
      tie('condition').map((one) => `!(${one})`),
      fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([a, b, c]) => `((${a}) ? (${b}) : (${c}))`),
    ),
  }));
  const word = fc.constantFrom('', 'a', 'b', 'ab', 'ba');
  const row = fc.record({
    s: word,
    b: fc.boolean(),
    d: fc.constantFrom(0, 1, 2, 7.5, -2),
    l: fc.array(word, { maxLength: 3 }),
  });

  test('on any condition over any row', () => {
    const library = new Environment().registerVariable({
      name: 'row',
      schema: { s: 'string', b: 'bool', d: 'double', l: 'list<string>' },
    });
    fc.assert(
      fc.property(condition, row, (source, values) => {
        expect(truth(source, values)).toBe(library.evaluate(source, { row: values }));
      }),
      { numRuns: 2000 },
    );
  });
});
