import { expect, test } from 'vitest';
import { go } from './go.ts';

test.each([
  ['v0.0.0-20190101000000-abcdefabcdef', 'v0.0.0-20200101000000-000000000000'],
  ['v1.2.4-0.20200101000000-abcdefabcdef', 'v1.2.4'],
  ['v1.2.3', 'v1.2.4-0.20200101000000-abcdefabcdef'],
  ['v1.9.0+incompatible', 'v2.0.0+incompatible'],
  ['go1.21rc2', 'go1.21.0'],
  ['go1.21rc2', 'go1.21rc10'],
  ['1.20.14', 'go1.21rc1'],
])('%s is older than %s', (a, b) => {
  expect(go.compare(a, b)).toBe(-1);
});

test.each([
  ['v1.2.3', '1.2.3'],
  ['v2.0.0+incompatible', 'v2.0.0'],
  ['go1.21rc2', '1.21.0-rc.2'],
  ['go1.22', 'v1.22.0'],
  ['go1.22.3 X:boringcrypto', 'go1.22.3'],
  ['go1.22.3-bigcorp', 'go1.22.3'],
])('%s and %s are the same version', (a, b) => expect(go.compare(a, b)).toBe(0));

test.each(['(devel)', '', 'devel go1.23-abc', 'v1.2.3.4', 'master'])(
  '"%s" is not a version and is below all',
  (text) => {
    expect(go.isValid(text)).toBe(false);
    expect(go.compare(text, 'v0.0.0-0')).toBe(-1);
  },
);
