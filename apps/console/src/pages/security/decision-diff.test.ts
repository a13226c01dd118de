import { expect, test } from 'vitest';
import { countOf, diffReasons } from './decision-diff.ts';

const reason = (sentence: string, action: 'deny' | 'pending' = 'deny', rule = 'r') => ({
  code: 'X',
  rule,
  action,
  sentence,
  fix: null,
  vulnerability: null,
  component: null,
});

test('a reason that two policies give under other rule names is one; another action makes it another', () => {
  const now = [reason('a', 'deny', 'old-name'), reason('b'), reason('c')];
  const tried = [reason('a', 'deny', 'new-name'), reason('c', 'pending'), reason('d')];
  expect(diffReasons(now, tried).map(({ reason: { action, sentence }, side }) => [side, action, sentence])).toEqual([
    ['tried', 'pending', 'c'],
    ['tried', 'deny', 'd'],
    ['now', 'deny', 'b'],
    ['now', 'deny', 'c'],
    ['both', 'deny', 'a'],
  ]);
});

test('what a decision does not count is none, whatever it is called', () => {
  expect([countOf({ high: 2 }, 'high'), countOf({ high: 2 }, 'low'), countOf({}, 'constructor')]).toEqual([2, 0, 0]);
});
