import { digestOf, digestOfJson } from '@stella-ops/engine-kernel';
import type { Component, Distro, Inventory } from '@stella-ops/engine-inventory';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutSlice } from '../slice/cut-slice.ts';
import { matchSlice } from '../slice/match-slice.ts';
import { affects, bytesOf, component, indexOf, inventory, osv } from '../testing/records.ts';
import type { Findings } from '../types.ts';
import { matchInventory } from './match-inventory.ts';

/** Findings by the index; the slice has to say the same, whatever is matched in these tests. */
async function match(records: Iterable<unknown>, subject: Inventory): Promise<Findings> {
  const index = await indexOf(records);
  const findings = matchInventory(subject, index);
  expect(matchSlice(subject, cutSlice(subject, index))).toEqual(findings);
  return findings;
}

const matchOne = async (records: Iterable<unknown>, ...components: Component[]) =>
  (await match(records, inventory(components))).findings;

const debian = { id: 'debian', versionId: '12' };

describe('a finding', () => {
  test('says what, where, how bad, what fixes it and why', async () => {
    const record = osv('PYSEC-1', [affects('PyPI', 'urllib3', [{ introduced: '1.0' }, { fixed: '1.26.5' }])], {
      aliases: ['GHSA-1', 'CVE-2026-1'],
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    });
    const layer = digestOf('layer');
    const installed = component('pypi', 'urllib3', '1.26.4', {
      purl: 'pkg:pypi/urllib3@1.26.4',
      locations: [{ path: 'a', layer }],
    });
    const subject = inventory([installed]);
    const found = await match([record], subject);
    expect(found).toEqual({
      format: 'stella.findings/v1',
      inventory: digestOfJson(subject),
      snapshot: digestOf(digestOf(bytesOf(record))),
      findings: [
        {
          vulnerability: 'CVE-2026-1',
          aliases: ['GHSA-1', 'PYSEC-1'],
          records: ['PYSEC-1'],
          component: 'pkg:pypi/urllib3@1.26.4',
          purl: 'pkg:pypi/urllib3@1.26.4',
          package: 'urllib3',
          installedVersion: '1.26.4',
          fixedVersions: ['1.26.5'],
          severity: {
            level: 'critical',
            score: 9.8,
            vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
            source: 'PYSEC-1',
          },
          file: 'a',
          layer,
          state: 'affected',
          reachability: 'unknown',
          grade: 'exact',
          trace: [
            {
              key: 'PyPI/urllib3',
              record: 'PYSEC-1',
              recordDigest: digestOf(bytesOf(record)),
              decidedBy: 'range',
              comparator: 'pep440',
              introduced: '1.0',
              fixed: '1.26.5',
              sentence: '1.26.4 is at or after 1.0 and before 1.26.5 (pep440)',
            },
          ],
        },
      ],
      coverage: [
        {
          ecosystem: 'pypi',
          components: 1,
          records: 1,
          state: 'evaluated',
          sentence: 'pypi: 1 component evaluated against 1 record',
        },
      ],
    });
  });

  test('lists all fixes above the installed version once, lowest first', async () => {
    const events = (fixed: string, introduced = '0') => [{ introduced }, { fixed }];
    const found = await matchOne(
      [
        osv('A', [affects('PyPI', 'a', events('1.10')), affects('PyPI', 'a', events('2.0.0', '2'))], {
          aliases: ['X'],
        }),
        osv('B', [affects('PyPI', 'a', events('2.0')), affects('PyPI', 'a', events('0.5'))], { aliases: ['X'] }),
      ],
      component('pypi', 'a', '1.9'),
    );
    expect(found).toMatchObject([{ records: ['A', 'B'], fixedVersions: ['1.10', '2.0'] }]);
  });

  test('is low in grade when an unparsable version took part, and as sure as its evidence otherwise', async () => {
    const records = [osv('A', [affects('PyPI', 'a', [{ introduced: '0' }, { fixed: '2' }])])];
    const claimed = { evidence: { analyzer: 'sbom', grade: 'claimed' as const } };
    expect(await matchOne(records, component('pypi', 'a', '1', claimed))).toMatchObject([{ grade: 'claimed' }]);
    const [low] = await matchOne(records, component('pypi', 'a', 'not a version'));
    expect(low).toMatchObject({ state: 'affected', grade: 'low' });
    expect(low?.trace[0]?.sentence).toContain('orders lowest');
    const odd = [osv('A', [affects('PyPI', 'a', [{ introduced: '1' }, { fixed: '1' }, { introduced: 'odd!' }])])];
    expect(await matchOne(odd, component('pypi', 'a', '0.5'))).toMatchObject([{ grade: 'low' }]);
  });
});

describe('what matches', () => {
  test.each([
    ['enumerated, with the same text', { versions: ['3.0.dev1'] }, '3.0.dev1', 'version-list'],
    ['enumerated, with an equal version', { versions: ['1.0'] }, '1.0.0', 'version-list'],
    ['in a range', { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }, '1', 'range'],
    [
      'in the second range',
      {
        ranges: [
          { type: 'GIT', events: [{ introduced: '0' }] },
          { type: 'ECOSYSTEM', events: [{ introduced: '1' }] },
        ],
      },
      '1',
      'range',
    ],
    [
      'in a range and enumerated',
      { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }], versions: ['1'] },
      '1',
      'range',
    ],
    [
      'the last affected one',
      { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { last_affected: '1.0' }] }] },
      '1',
      'range',
    ],
    [
      'beyond the last affected one',
      { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { last_affected: '1.0' }] }] },
      '1.0.1',
      undefined,
    ],
    ['against commits alone', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }, '1', 'not-evaluated'],
    ['against nothing', {}, '1', 'not-evaluated'],
    ['without a version', { versions: ['1'] }, undefined, 'not-evaluated'],
    [
      'enumerated otherwise, against commits',
      { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }], versions: ['2'] },
      '1',
      undefined,
    ],
    ['outside the range', { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '2' }] }] }, '1', undefined],
  ])('%s', async (_, block, version, decidedBy) => {
    const records = [osv('A', [{ package: { ecosystem: 'PyPI', name: 'a' }, ...block }])];
    const found = await matchOne(records, component('pypi', 'a', version));
    expect(found.map((one) => one.trace[0]?.decidedBy)).toEqual(decidedBy === undefined ? [] : [decidedBy]);
    expect(found.every((one) => (one.state === 'not-evaluated') === (decidedBy === 'not-evaluated'))).toBe(true);
  });

  test('a withdrawn record never does, and stays in the slice', async () => {
    const index = await indexOf([
      osv('A', [affects('PyPI', 'a', [{ introduced: '0' }])], { withdrawn: '2026-01-01T00:00:00Z' }),
    ]);
    const subject = inventory([component('pypi', 'a', '1')]);
    expect(matchInventory(subject, index).findings).toEqual([]);
    expect(cutSlice(subject, index).records).toHaveLength(1);
  });

  test.each([
    ['pseudo-version below the fix', 'v0.0.0-20200101000000-abcdefabcdef', true],
    ['pseudo-version at the fix', 'v0.0.0-20220101000000-abcdefabcdef', false],
    ['release above the fix', 'v0.1.0', false],
  ])('Go: %s', async (_, version, isAffected) => {
    const fixed = '0.0.0-20220101000000-abcdefabcdef';
    const records = [osv('A', [affects('Go', 'golang.org/x/net', [{ introduced: '0' }, { fixed }])])];
    expect(await matchOne(records, component('golang', 'golang.org/x/net', version))).toHaveLength(isAffected ? 1 : 0);
  });

  test('Go: the standard library is matched by the toolchain version', async () => {
    const records = [osv('A', [affects('Go', 'stdlib', [{ introduced: '1.19.0-0' }, { fixed: '1.19.2' }])])];
    expect(await matchOne(records, component('golang', 'stdlib', 'go1.19.1'))).toHaveLength(1);
    expect(await matchOne(records, component('golang', 'stdlib', '1.19.2'))).toHaveLength(0);
  });
});

describe('Debian and Ubuntu', () => {
  const source = { name: 'openssl', version: '3.0.11-1' };
  const libssl = (more: Partial<Component> = {}) => component('deb', 'libssl3', '3.0.11-1+b1', { source, ...more });
  const fixedIn = (ecosystem: string, fixed: string, id = 'A') =>
    osv(id, [affects(ecosystem, 'openssl', [{ introduced: '0' }, { fixed }])]);

  test.each<[string, string, Distro | undefined, Partial<Component>, boolean]>([
    ['the release of the inventory', 'Debian:12', debian, {}, true],
    ['a point release', 'Debian:12', { id: 'debian', versionId: '12.5' }, {}, true],
    ['a code name where there is no number', 'Debian:13', { id: 'debian', codename: 'trixie' }, {}, true],
    ['another release', 'Debian:11', debian, {}, false],
    ['records of no release', 'Debian', debian, {}, true],
    ['the purl before the inventory', 'Debian:11', debian, { purl: 'pkg:deb/debian/libssl3@3?distro=debian-11' }, true],
    ['the purl alone', 'Debian:11', undefined, { purl: 'pkg:deb/debian/libssl3@3?distro=bullseye' }, true],
    ['Ubuntu with support term', 'Ubuntu:22.04:LTS', { id: 'ubuntu', versionId: '22.04' }, {}, true],
    ['Ubuntu without', 'Ubuntu:23.10', { id: 'ubuntu', versionId: '23.10' }, {}, true],
    ['not what only subscribers get', 'Ubuntu:Pro:22.04:LTS', { id: 'ubuntu', versionId: '22.04' }, {}, false],
    ['not another distribution', 'Debian:12', { id: 'kali', versionId: '12' }, {}, false],
  ])('%s', async (_, ecosystem, distro, more, isAffected) => {
    const { findings } = await match([fixedIn(ecosystem, '3.0.11-2')], inventory([libssl(more)], distro));
    expect(findings).toHaveLength(isAffected ? 1 : 0);
  });

  test('the source package and its version are looked up, and the trace says so', async () => {
    const { findings } = await match([fixedIn('Debian:12', '3.0.11-1+b1')], inventory([libssl()], debian));
    expect(findings).toMatchObject([
      {
        package: 'libssl3',
        installedVersion: '3.0.11-1+b1',
        trace: [{ key: 'Debian:12/openssl', sentence: '3.0.11-1 of source openssl is before 3.0.11-1+b1 (dpkg)' }],
      },
    ]);
  });

  test('the source named by a purl counts where the component names none', async () => {
    const bare = component('deb', 'libssl3', '9', { purl: 'pkg:deb/debian/libssl3@9?upstream=openssl%403.0.1' });
    expect((await match([fixedIn('Debian:12', '3.0.2')], inventory([bare], debian))).findings).toHaveLength(1);
  });

  test('what a record says of the release counts before what it says of all releases', async () => {
    const both = osv('A', [
      affects('Debian', 'openssl', [{ introduced: '0' }]),
      affects('Debian:12', 'openssl', [{ introduced: '0' }, { fixed: '3' }]),
    ]);
    expect((await match([both], inventory([libssl()], debian))).findings).toEqual([]);
  });
});

describe('ecosystems without order', () => {
  const crate = affects('crates.io', 'a', [{ introduced: '0' }, { fixed: '2' }], { versions: ['1.0.1'] });

  test('a record that names the package is a finding that was not evaluated; a version that it enumerates is affected', async () => {
    expect(await matchOne([osv('A', [crate])], component('cargo', 'a', '1.0.0'))).toMatchObject([
      { state: 'not-evaluated', fixedVersions: [], grade: 'exact', trace: [{ decidedBy: 'not-evaluated' }] },
    ]);
    expect(await matchOne([osv('A', [crate])], component('cargo', 'a', '1.0.1'))).toMatchObject([
      { state: 'affected', trace: [{ decidedBy: 'version-list' }] },
    ]);
    expect(await matchOne([osv('A', [crate])], component('cargo', 'b', '1.0.1'))).toEqual([]);
  });

  test('repositories of an ecosystem are asked with it', async () => {
    const records = [osv('A', [affects('Packagist:https://packages.example/8', 'drupal/x', [{ introduced: '0' }])])];
    expect(await matchOne(records, component('composer', 'Drupal/X', '1'))).toMatchObject([
      { trace: [{ key: 'Packagist:https://packages.example/8/drupal/x' }] },
    ]);
  });

  test('a Maven package is found by group and artifact, whichever way its name was written', async () => {
    const records = [osv('A', [affects('Maven', 'org.example:lib', [{ introduced: '0' }])])];
    const bare = component('maven', 'lib', '1', { purl: 'pkg:maven/org.example/lib@1' });
    expect(await matchOne(records, bare)).toHaveLength(1);
    expect(await matchOne(records, component('maven', 'org.example:lib', '1'))).toHaveLength(1);
  });
});

describe('coverage has a row for every ecosystem of the inventory', () => {
  const records = [
    osv('A', [affects('PyPI', 'a', [{ introduced: '0' }])]),
    osv('B', [affects('crates.io', 'a', [{ introduced: '0' }])]),
  ];
  const rows = async (components: Component[], distro?: Distro) =>
    (await match(records, inventory(components, distro))).coverage.map(({ ecosystem, state, sentence }) => [
      ecosystem,
      state,
      sentence,
    ]);

  test('evaluated, without source, without order', async () => {
    const components = [
      component('pypi', 'x', '1'),
      component('npm', 'x', '1'),
      component('cargo', 'x', '1'),
      component('cargo', 'y'),
    ];
    expect(await rows(components)).toEqual([
      [
        'cargo',
        'no-comparator',
        'cargo: 2 components not evaluated; the snapshot holds 1 record, but versions of crates.io cannot be ordered yet',
      ],
      ['npm', 'no-source', 'npm: no source for 1 component; the snapshot holds no record of npm'],
      ['pypi', 'evaluated', 'pypi: 1 component evaluated against 1 record'],
    ]);
  });

  test.each<[string, Component, Distro | undefined, string, RegExp]>([
    ['a distribution without records', component('deb', 'x', '1'), debian, 'deb debian-12', /no record of Debian:12/],
    [
      'a distribution nobody knows',
      component('deb', 'x', '1'),
      { id: 'Own', versionId: '3' },
      'deb own-3',
      /no advisory ecosystem is known/,
    ],
    [
      'no distribution at all',
      component('rpm', 'x', '1'),
      undefined,
      'rpm (unknown distribution)',
      /distribution is unknown/,
    ],
    ['a type nobody knows', component('generic', 'x', '1'), undefined, 'generic', /no advisory ecosystem is known/],
  ])('%s', async (_, one, distro, label, sentence) => {
    expect(await rows([one], distro)).toEqual([[label, 'no-source', expect.stringMatching(sentence)]]);
  });

  test('operating systems and loose files are no packages', async () => {
    expect(
      await rows([
        component('generic', 'debian', '12', { kind: 'operating-system' }),
        component('generic', 'x', undefined, { kind: 'file' }),
      ]),
    ).toEqual([]);
  });
});

describe('records of one vulnerability', () => {
  const all = [{ introduced: '0' }];
  const record = (id: string, more: object = {}) => osv(id, [affects('PyPI', 'a', all)], more);
  const found = (...records: object[]) => matchOne(records, component('pypi', 'a', '1'));

  test('are one finding when they share a name, directly or through others', async () => {
    expect(
      await found(
        record('C', { aliases: ['B'] }),
        record('A', { aliases: ['X'] }),
        record('B', { aliases: ['X', 'GHSA-2'] }),
      ),
    ).toMatchObject([{ vulnerability: 'GHSA-2', aliases: ['A', 'B', 'C', 'X'], records: ['A', 'B', 'C'] }]);
  });

  test('are several findings when they do not', async () => {
    expect(await found(record('A', { aliases: ['X'] }), record('B', { aliases: ['Y'], related: ['X'] }))).toHaveLength(
      2,
    );
  });

  test('are findings of each component on its own', async () => {
    const found = await matchOne([record('A')], component('pypi', 'a', '1'), component('pypi', 'A', '2'));
    expect(found.map((one) => one.component)).toEqual(['pkg:pypi/A@2', 'pkg:pypi/a@1']);
  });

  test.each([
    ['a CVE first', ['GHSA-1', 'CVE-2026-2', 'CVE-2026-1'], 'CVE-2026-1'],
    ['then a GHSA', ['X-1', 'GHSA-1'], 'GHSA-1'],
    ['then the first in order', ['B-1', 'Z-1'], 'B-1'],
  ])('go by %s', async (_, [id = '', ...aliases], name) => {
    expect(await found(record(id, { aliases }))).toMatchObject([{ vulnerability: name }]);
  });

  const V2 = { type: 'CVSS_V2', score: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' };
  const V3 = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };
  const V3_LOW = { type: 'CVSS_V3', score: 'CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N' };
  const V4_LOW = { type: 'CVSS_V4', score: 'CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N' };
  const word = (score: string) => ({ type: 'Ubuntu', score });

  test.each([
    ['v4 before v3, even when lower', [V3, V4_LOW], 'low', 'B'],
    ['v3 before v2', [V2, V3_LOW], 'low', 'B'],
    ['the highest of one version', [V3_LOW, V3], 'critical', 'B'],
    ['a vector before a word', [word('critical'), V2], 'high', 'B'],
    ['the worst word', [word('low'), word('HIGH')], 'high', 'B'],
    ['the first source of equals', [V3, V3], 'critical', 'A'],
    ['something before nonsense', [{ type: 'CVSS_V3', score: 'CVSS:3.1/?' }, word('negligible')], 'low', 'B'],
  ])('have the severity %s', async (_, [first, second], level, source) => {
    const aliases = ['X'];
    expect(
      await found(record('A', { aliases, severity: [first] }), record('B', { aliases, severity: [second] })),
    ).toMatchObject([{ severity: { level, source } }]);
  });

  test('have the severity of the package, where it has one, instead of the record’s', async () => {
    const own = osv('A', [affects('PyPI', 'a', all, { severity: [V3_LOW] })], { severity: [V3] });
    expect(await found(own)).toMatchObject([{ severity: { level: 'low' } }]);
    expect(await found(record('A'))).toMatchObject([{ severity: { level: 'unknown' } }]);
  });

  test('are affected when one of them is, whatever the others leave open', async () => {
    const open = osv('B', [{ package: { ecosystem: 'PyPI', name: 'a' } }], { aliases: ['X'] });
    expect(await found(record('A', { aliases: ['X'] }), open)).toMatchObject([
      { state: 'affected', records: ['A', 'B'] },
    ]);
  });
});

test('the answer does not depend on the order of records or components', () => {
  const anyVersion = fc.constantFrom('0.9', '1.0', '1.5', '2.0rc1', '2.0', '3', 'odd!');
  const anyRecord = fc.record({
    id: fc.constantFrom('A', 'B', 'C', 'CVE-1', 'GHSA-1'),
    aliases: fc.uniqueArray(fc.constantFrom('CVE-1', 'CVE-2', 'GHSA-1', 'X'), { maxLength: 2 }),
    name: fc.constantFrom('a', 'b'),
    ecosystem: fc.constantFrom('PyPI', 'crates.io'),
    introduced: fc.oneof(fc.constant('0'), anyVersion),
    fixed: anyVersion,
    versions: fc.uniqueArray(anyVersion, { maxLength: 2 }),
  });
  const anyComponent = fc.tuple(fc.constantFrom('pypi', 'cargo'), fc.constantFrom('a', 'b'), anyVersion);
  return fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(anyRecord, { selector: ({ id }) => id, minLength: 1 }),
      fc.array(anyComponent, { maxLength: 4 }),
      async (some, components) => {
        const records = some.map(({ id, aliases, name, ecosystem, introduced, fixed, versions }) =>
          osv(id, [affects(ecosystem, name, [{ introduced }, { fixed }], { versions })], { aliases }),
        );
        const subject = inventory(components.map(([type, name, version]) => component(type, name, version)));
        expect(await match(records.toReversed(), subject)).toEqual(await match(records, subject));
      },
    ),
    { numRuns: 30 },
  );
});
