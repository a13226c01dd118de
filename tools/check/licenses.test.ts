import { expect, test } from 'vitest';
import { installedPackages, licenseFaults } from './licenses.ts';

const one = (license: string, isDevelopment = false) => [{ name: 'x', version: '1.0.0', license, isDevelopment }];

test.each(['MIT', '(MIT OR GPL-3.0)', 'Apache-2.0 AND MIT'])('%s is allowed', (license) => {
  expect(licenseFaults(one(license))).toEqual([]);
});

test.each(['GPL-3.0', 'AGPL-3.0', 'MIT AND GPL-2.0', 'none stated', 'MPL-2.0'])(
  '%s is refused in what ships',
  (license) => {
    expect(licenseFaults(one(license))).toHaveLength(1);
  },
);

test('file-level copyleft is allowed for tools only', () => {
  expect(licenseFaults(one('MPL-2.0', true))).toEqual([]);
});

test('workspace links are not third-party packages; nested copies are', () => {
  const lock = JSON.stringify({
    packages: {
      '': {},
      'engine/kernel': { version: '0.1.0' },
      'node_modules/@s/kernel': { link: true },
      'node_modules/a': { version: '1.0.0', license: 'MIT' },
      'node_modules/a/node_modules/b': { version: '2.0.0', dev: true },
    },
  });
  expect(installedPackages(lock, () => 'ISC')).toEqual([
    { name: 'a', version: '1.0.0', license: 'MIT', isDevelopment: false },
    { name: 'b', version: '2.0.0', license: 'ISC', isDevelopment: true },
  ]);
});
