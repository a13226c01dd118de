import { expect, test } from 'vitest';
import { canonicalBytes } from '@stella-ops/engine-kernel';
import { comparePackages } from './compare-packages.ts';
import { type InstalledPackage, readPackages } from './read-packages.ts';

const installed = (name: string, version: string, more: Partial<InstalledPackage> = {}): InstalledPackage => ({
  type: 'deb',
  name,
  version,
  architecture: 'amd64',
  ...more,
});

test('packages come, go and change their version; what stays is not told', () => {
  const { first, counts } = comparePackages(
    [installed('zlib', '1.2'), installed('openssl', '3.0.13'), installed('tar', '1.34')],
    [installed('zlib', '1.2'), installed('openssl', '3.0.14'), installed('bash', '5.2')],
  );
  expect(first).toEqual([
    { change: 'came', type: 'deb', name: 'bash', before: undefined, after: '5.2' },
    { change: 'changed', type: 'deb', name: 'openssl', before: '3.0.13', after: '3.0.14' },
    { change: 'went', type: 'deb', name: 'tar', before: '1.34', after: undefined },
  ]);
  expect(counts).toEqual({ came: 1, went: 1, changed: 1 });
});

test('a version that both sides have stays, whatever else there is of the package', () => {
  const { first } = comparePackages(
    [installed('a', '1'), installed('a', '2'), installed('a', '3')],
    [installed('a', '2'), installed('a', '4')],
  );
  expect(first.map(({ change, before, after }) => [change, before, after])).toEqual([
    ['changed', '1', '4'],
    ['went', '3', undefined],
  ]);
});

test('one name in two ecosystems or for two processors is two packages', () => {
  const { counts } = comparePackages(
    [installed('six', '1', { type: 'pypi' }), installed('libc6', '2')],
    [installed('six', '1', { type: 'npm' }), installed('libc6', '2', { architecture: 'arm64' })],
  );
  expect(counts).toEqual({ came: 2, went: 2, changed: 0 });
});

test('only packages and who found them are read of an inventory', () => {
  const bytes = canonicalBytes({
    format: 'stella.inventory/v1',
    subject: { kind: 'image', name: 'shop' },
    components: [{ ref: 'pkg:npm/a@1', kind: 'library', type: 'npm', name: 'a', version: '1', locations: [] }],
    analyzers: { npm: 3 },
  });
  const { packages, analyzers } = readPackages(bytes, 'inventory.json');
  expect(packages).toEqual([{ type: 'npm', name: 'a', version: '1', architecture: '' }]);
  expect({ ...analyzers }).toEqual({ npm: 3 });
  expect(() => readPackages(canonicalBytes({ format: 'another' }), 'inventory.json')).toThrow(
    expect.objectContaining({ code: 'SHAPE_INVALID' }),
  );
});
