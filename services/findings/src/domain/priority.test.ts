import { expect, test } from 'vitest';
import { orderKeyOf, priorityOf, priorityRange } from './priority.ts';

test('priorities sort by severity, then score, and what has no score stands last in its severity', () => {
  const worstFirst = [
    priorityOf('critical', 10),
    priorityOf('critical', 9.8),
    priorityOf('critical', 0),
    priorityOf('critical', null),
    priorityOf('high', 10),
    priorityOf('medium', 4),
    priorityOf('low', 4),
    priorityOf('unknown', null),
    priorityOf('none', 0),
  ];
  expect(worstFirst).toEqual([...new Set(worstFirst)].sort((a, b) => a - b));
});

test('the range of a severity holds all its scores and nothing of others', () => {
  const levels = ['none', 'low', 'medium', 'high', 'critical', 'unknown'] as const;
  for (const level of levels) {
    const { from, to } = priorityRange(level);
    for (const other of levels) {
      for (const score of [0, 5.5, 10, null]) {
        const priority = priorityOf(other, score);
        expect(priority >= from && priority <= to).toBe(other === level);
      }
    }
  }
});

test('an order key stays below the limit of an index entry, whatever the names are', () => {
  expect(Buffer.byteLength(orderKeyOf('界'.repeat(5000), '界'.repeat(5000)))).toBeLessThan(700);
});
