import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChallenges } from './challenge.ts';

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('challenge', () => {
  test.each([
    [
      'Bearer realm="https://auth.example/token",service="registry, main",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          { realm: 'https://auth.example/token', service: 'registry, main', scope: 'repository:a/b:pull,push' },
        ],
      ],
    ],
    ['Basic realm="a \\"quoted\\" name"', [['basic', { realm: 'a "quoted" name' }]]],
    [
      'Bearer Realm = "x", service=plain, Basic realm="y"',
      [
        ['bearer', { realm: 'x', service: 'plain' }],
        ['basic', { realm: 'y' }],
      ],
    ],
    [
      'Negotiate, Bearer realm="x"',
      [
        ['negotiate', {}],
        ['bearer', { realm: 'x' }],
      ],
    ],
    ['', []],
    ['Bearer realm="never closed', [['bearer', {}]]],
    ['realm="without scheme"', []],
    ['"', []],
  ])('%s', (header, challenges) => {
    expect(read(header)).toEqual(challenges);
  });

  test('any header is read in linear time, without an error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (header) => void parseChallenges(header)));
    expect(parseChallenges('a ,'.repeat(1_000_000)).length).toBeLessThan(8192);
  });
});
