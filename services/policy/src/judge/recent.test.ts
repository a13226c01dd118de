import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

test('what was used last stays, up to the weight; what goes is handed over once', () => {
  const dropped: string[] = [];
  const recent = new Recent<string>(
    6,
    (item) => item.length,
    (item) => dropped.push(item),
  );
  recent.put('a', 'aa');
  recent.put('b', 'bb');
  recent.put('c', 'cc');
  expect(recent.get('a')).toBe('aa');
  recent.put('d', 'dd');
  expect(dropped).toEqual(['bb']);
  recent.put('e', 'e is far too heavy');
  expect(dropped).toEqual(['bb', 'cc', 'aa', 'dd']);
  expect(recent.get('e')).toBe('e is far too heavy');
  recent.clear();
  expect(dropped).toHaveLength(5);
  expect(recent.get('e')).toBeUndefined();
});

test('a value put again takes the place of the old one, and its weight', () => {
  const recent = new Recent<string>(4, (item) => item.length);
  for (let n = 0; n < 5; n++) recent.put('a', 'aa');
  recent.put('b', 'bb');
  expect(recent.get('a')).toBe('aa');
});
