import { digestOf } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { affects, bytesOf, osv } from '../testing/records.ts';
import { normaliseName } from './package-name.ts';
import { readOsv } from './read-osv.ts';

const read = (record: unknown) => readOsv(bytesOf(record), 'own.json');

test('what matching uses is read, names are normalised, and the identity is the digest of the bytes', () => {
  const record = osv(
    'OWN-1',
    [
      affects('PyPI', 'Foo__Bar.baz', [{ introduced: '0' }, { fixed: '1.2' }], {
        versions: ['1.0'],
        severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/…' }],
      }),
    ],
    {
      aliases: ['CVE-2026-1'],
      upstream: ['CVE-2026-2'],
      withdrawn: '2026-02-01T00:00:00Z',
      published: '2026-01-01T00:00:00Z',
    },
  );
  expect(read(record)).toEqual({
    ok: true,
    advisory: {
      id: 'OWN-1',
      digest: digestOf(bytesOf(record)),
      modified: '2026-01-02T03:04:05.000Z',
      published: '2026-01-01T00:00:00.000Z',
      withdrawn: '2026-02-01T00:00:00.000Z',
      aliases: ['CVE-2026-1'],
      upstream: ['CVE-2026-2'],
      severities: [],
      affected: [
        {
          ecosystem: 'PyPI',
          name: 'foo-bar-baz',
          ranges: [
            {
              type: 'ECOSYSTEM',
              events: [
                { kind: 'introduced', version: '0' },
                { kind: 'fixed', version: '1.2' },
              ],
            },
          ],
          versions: ['1.0'],
          severities: [{ type: 'CVSS_V3', score: 'CVSS:3.1/…' }],
        },
      ],
    },
  });
});

test.each([
  ['null for lists', { id: 'A', aliases: null, affected: null, severity: null, withdrawn: null }],
  ['no date', { id: 'A' }],
  ['a block without package', { id: 'A', affected: [{ ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }] }],
  ['severities of odd shapes', { id: 'A', severity: [7, null, { type: 'CVSS_V3' }, { type: 'CVSS_V3', score: 7.5 }] }],
  ['a summary that is no text', { id: 'A', summary: { en: 'x' } }],
])('%s is taken leniently', (_, record) => {
  expect(read(record)).toMatchObject({ ok: true, advisory: { id: 'A', affected: [], severities: [] } });
});

test('a byte order mark is no fault, and belongs to the bytes that are digested', () => {
  const raw = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf({ id: 'A' })]);
  expect(readOsv(raw, 'x')).toMatchObject({ ok: true, advisory: { digest: digestOf(raw) } });
});

test('several events in one object are several events', () => {
  const result = read(osv('A', [affects('PyPI', 'x', [{ fixed: '2', introduced: '1' }])]));
  expect(result).toMatchObject({
    advisory: { affected: [{ ranges: [{ events: [{ kind: 'introduced' }, { kind: 'fixed' }] }] }] },
  });
});

test('a severity word of the database stands in where there is no other severity', () => {
  const word = { database_specific: { severity: 'HIGH' } };
  expect(read({ id: 'A', ...word })).toMatchObject({
    advisory: { severities: [{ type: 'database_specific', score: 'HIGH' }] },
  });
  const given = [{ type: 'CVSS_V2', score: 'AV:N' }];
  expect(read({ id: 'A', severity: given, ...word })).toMatchObject({ advisory: { severities: given } });
});

test.each([
  ['', {}],
  ['/id', { id: '' }],
  ['/id', { id: 'a\u0000b' }],
  ['/id', { id: '\ud800' }],
  ['/modified', { id: 'A', modified: 'yesterday' }],
  ['/withdrawn', { id: 'A', withdrawn: 1 }],
  ['/aliases/0', { id: 'A', aliases: [7] }],
  ['/affected', { id: 'A', affected: {} }],
  ['/affected/0/package/name', { id: 'A', affected: [{ package: { ecosystem: 'npm', name: 'a\u0000b' } }] }],
  ['/affected/0/package', { id: 'A', affected: [{ package: { ecosystem: 'npm' } }] }],
  ['/affected/0/ranges/0/type', { id: 'A', affected: [{ ranges: [{ type: 'MAGIC', events: [] }] }] }],
  [
    '/affected/0/ranges/0/events/0/fixed',
    { id: 'A', affected: [{ ranges: [{ type: 'GIT', events: [{ fixed: 1.1 }] }] }] },
  ],
  ['/affected/0/versions/1', { id: 'A', affected: [{ versions: ['1', 'x'.repeat(2_000)] }] }],
])('what decides a match must be right: %s', (pointer, record) => {
  expect(read(record)).toMatchObject({ ok: false, violations: [{ pointer }] });
});

test.each([
  ['no JSON', '{"id": "A",}'],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['a list', '[]'],
  ['null', 'null'],
  ['nothing', ''],
  ['too deep', `${'['.repeat(100)}${']'.repeat(100)}`],
])('%s is a violation, not a crash', (_, text) => {
  expect(readOsv(Buffer.from(text), 'x').ok).toBe(false);
});

test('members named like those of Object.prototype are data', () => {
  expect(readOsv(Buffer.from('{"id":"A","__proto__":{"affected":[]},"constructor":1}'), 'x').ok).toBe(true);
  expect(readOsv(Buffer.from('{"__proto__":{"id":"A"}}'), 'x').ok).toBe(false);
});

test.each([
  ['PyPI', 'A.-_b', 'a-b'],
  ['npm', '@Scope/Name', '@Scope/Name'],
  ['Packagist:https://packages.drupal.org/8', 'Drupal/X', 'drupal/x'],
  ['SwiftURL', 'https://github.com/a/b.git', 'github.com/a/b'],
  ['Go', 'github.com/BurntSushi/toml', 'github.com/BurntSushi/toml'],
  ['constructor', 'X', 'X'],
])('a package of %s named %s is looked up as %s', (ecosystem, name, expected) => {
  expect(normaliseName(ecosystem, name)).toBe(expected);
});
