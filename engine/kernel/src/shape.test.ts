import { expect, test } from 'vitest';
import * as s from './shape.ts';
import { decode, decodeOrThrow } from './shape.ts';

const Pack = s.object({
  name: s.string({ min: 1 }),
  limit: s.optional(s.integer({ min: 0 })),
  tags: s.array(s.string()),
});

test('all faults come at once, each with its pointer', () => {
  const decoded = decode(Pack, { name: 7, limit: -1, tags: ['a', 2], 'x/y': true });
  expect(decoded).toEqual({
    ok: false,
    violations: [
      { pointer: '/name', message: 'expected a string' },
      { pointer: '/limit', message: 'less than 0' },
      { pointer: '/tags/1', message: 'expected a string' },
      { pointer: '/x~1y', message: 'unknown member "x/y"' },
    ],
  });
});

test('a member inherited from Object.prototype does not count as present', () => {
  const decoded = decode(s.object({ constructor: s.anything }), {});
  expect(decoded.ok).toBe(false);
});

test('a record read from hostile JSON reaches no prototype', () => {
  const read = decodeOrThrow(s.record(s.anything), JSON.parse('{"__proto__": {"x": 1}}'), 'x');
  expect(Object.getPrototypeOf(read)).toBeNull();
  expect(Object.keys(read)).toEqual(['__proto__']);
});
