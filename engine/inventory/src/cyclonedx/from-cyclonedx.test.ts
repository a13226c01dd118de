import { describe, expect, test } from 'vitest';
import { inventoryBytes } from '../inventory-bytes.ts';
import { documentDigest, only, readComponents, readCycloneDx, readOk } from '../testing/documents.ts';

const layer = `sha256:${'1'.repeat(64)}`;
const image = `sha256:${'2'.repeat(64)}`;

describe('a component', () => {
  test('is known by its package URL in canonical form, and claims no more than the document does', () => {
    const { inventory } = readComponents({
      'bom-ref': 'x',
      type: 'framework',
      group: '@babel',
      name: 'core',
      version: '7.0.0',
      purl: 'pkg:NPM/@babel/core@7.0.0',
      supplier: { name: 'Babel' },
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-256', content: 'ab'.repeat(32) }],
      evidence: { occurrences: [{ location: '/app/package.json' }] },
    });
    expect(inventory.components).toEqual([
      {
        ref: 'pkg:npm/%40babel/core@7.0.0',
        kind: 'library',
        type: 'npm',
        name: '@babel/core',
        version: '7.0.0',
        purl: 'pkg:npm/%40babel/core@7.0.0',
        supplier: 'Babel',
        licenses: ['MIT'],
        hashes: [{ algorithm: 'sha256', value: 'ab'.repeat(32) }],
        locations: [{ path: 'app/package.json' }],
        evidence: { analyzer: 'cyclonedx', grade: 'claimed' },
      },
    ]);
  });

  test.each([
    [{ name: 'core', purl: 'pkg:npm/%40babel/core@1' }, '@babel/core'],
    [{ group: 'org.slf4j', name: 'slf4j-api', purl: 'pkg:maven/org.slf4j/slf4j-api@1' }, 'org.slf4j:slf4j-api'],
    [{ name: 'semver', purl: 'pkg:golang/github.com/masterminds/semver@v1' }, 'github.com/masterminds/semver'],
    [
      { name: 'github.com/Masterminds/semver', purl: 'pkg:golang/github.com/masterminds/semver@v1' },
      'github.com/Masterminds/semver',
    ],
    [{ name: 'PyYAML', purl: 'pkg:pypi/pyyaml@6.0' }, 'PyYAML'],
    [{ name: 'openssl', purl: 'pkg:deb/debian/openssl@1' }, 'openssl'],
    [{ group: 'acme', name: 'tool' }, 'acme/tool'],
  ])('%j is named as its ecosystem names it: %s', (members, name) => {
    expect(only(readComponents({ type: 'library', ...members }).inventory).name).toBe(name);
  });

  test('without package URL keeps its own reference and is generic', () => {
    const { inventory } = readComponents({ 'bom-ref': 'mine', type: 'library', name: 'a', version: '1' });
    expect(only(inventory)).toMatchObject({ ref: 'mine', type: 'generic', name: 'a', version: '1' });
    expect(only(inventory).purl).toBeUndefined();
  });

  test('takes its version from the package URL, which is what it is known by', () => {
    const { inventory } = readComponents({ type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a@2' });
    expect(only(inventory).version).toBe('2');
  });

  test('two versions beside one package URL without version stay two components', () => {
    const { inventory } = readComponents(
      { type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a' },
      { type: 'library', name: 'a', version: '2', purl: 'pkg:npm/a' },
    );
    expect(inventory.components.map(({ ref, version }) => [ref, version])).toEqual([
      ['pkg:npm/a@1', '1'],
      ['pkg:npm/a@2', '2'],
    ]);
  });

  test('found twice is one component with two locations', () => {
    const at = (location: string) => ({
      type: 'library',
      name: 'a',
      purl: 'pkg:npm/a@1',
      evidence: { occurrences: [{ location }] },
    });
    expect(only(readComponents(at('/b'), at('/a')).inventory).locations).toEqual([{ path: 'a' }, { path: 'b' }]);
  });

  test('with a broken package URL stays, and the inventory has a gap', () => {
    const { inventory, warnings } = readComponents({ 'bom-ref': 'r', type: 'library', name: 'a', purl: 'npm:a@1' });
    expect(only(inventory)).toMatchObject({ ref: 'r', type: 'generic' });
    expect(inventory.gaps).toMatchObject([{ code: 'SBOM_PURL_INVALID' }]);
    expect(warnings).toMatchObject([{ pointer: '/components/0' }]);
  });

  test('without name and package URL is a gap, never a silence', () => {
    const { inventory } = readComponents({ type: 'library' }, { type: 'library', name: 'a' });
    expect(inventory.components).toHaveLength(1);
    expect(inventory.gaps).toMatchObject([{ code: 'SBOM_COMPONENT_UNREADABLE' }]);
  });

  test('qualifier keys in the wrong case do not cost the identity', () => {
    const { inventory } = readComponents({ type: 'library', name: 'a', purl: 'pkg:deb/debian/a@1?Arch=amd64' });
    expect(only(inventory)).toMatchObject({ ref: 'pkg:deb/debian/a@1?arch=amd64', architecture: 'amd64' });
  });
});

describe('source packages of operating systems', () => {
  const trivy = (name: string, value: string) => ({ name: `aquasecurity:trivy:${name}`, value });

  test.each([
    ['pkg:deb/debian/libssl3@3.0.11-1?upstream=openssl', { name: 'openssl', version: '3.0.11-1' }],
    ['pkg:deb/debian/libc6@2.36-9%2Bb1?upstream=glibc%402.36-9', { name: 'glibc', version: '2.36-9' }],
    [
      'pkg:rpm/rhel/openssl-libs@3.0.7-1.el9?upstream=openssl-3.0.7-1.el9.src.rpm',
      { name: 'openssl', version: '3.0.7-1.el9' },
    ],
    ['pkg:alpine/libssl3@3.1.0-r0?upstream=openssl', { name: 'openssl', version: '3.1.0-r0' }],
  ])('%s names its source', (purl, source) => {
    expect(only(readComponents({ type: 'library', name: 'x', purl }).inventory).source).toEqual(source);
  });

  test('Trivy names source, version, release and epoch apart', () => {
    const { inventory } = readComponents({
      type: 'library',
      name: 'openssl-libs',
      purl: 'pkg:rpm/centos/openssl-libs@1.0.2k-16.el7?epoch=1',
      properties: [
        trivy('SrcName', 'openssl'),
        trivy('SrcVersion', '1.0.2k'),
        trivy('SrcRelease', '16.el7'),
        trivy('SrcEpoch', '1'),
        trivy('FilePath', 'var/lib/rpm/Packages'),
        trivy('LayerDigest', layer),
      ],
    });
    expect(only(inventory)).toMatchObject({
      version: '1:1.0.2k-16.el7',
      source: { name: 'openssl', version: '1:1.0.2k-16.el7' },
      locations: [{ path: 'var/lib/rpm/Packages', layer }],
    });
  });

  test('the old type alpine is apk', () => {
    const { inventory } = readComponents({ type: 'library', name: 'musl', purl: 'pkg:alpine/musl@1.2.3-r0' });
    expect(only(inventory)).toMatchObject({ type: 'apk', ref: 'pkg:apk/alpine/musl@1.2.3-r0' });
  });
});

describe('the distribution', () => {
  test('is the operating-system component, with the fields that Syft adds', () => {
    const { inventory } = readComponents({
      type: 'operating-system',
      name: 'debian',
      version: '12',
      properties: [
        { name: 'syft:distro:id', value: 'debian' },
        { name: 'syft:distro:versionID', value: '12' },
        { name: 'syft:distro:versionCodename', value: 'bookworm' },
        { name: 'syft:distro:idLike:0', value: 'linux' },
      ],
    });
    expect(inventory.distro).toEqual({ id: 'debian', versionId: '12', codename: 'bookworm', idLike: ['linux'] });
    expect(inventory.components).toEqual([]);
  });

  test.each([
    ['pkg:deb/debian/a@1?distro=debian-12', { id: 'debian', versionId: '12' }],
    ['pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.4', { id: 'opensuse-leap', versionId: '15.4' }],
    ['pkg:rpm/redhat/a@1?distro=redhat-8.3', { id: 'rhel', versionId: '8.3' }],
    ['pkg:apk/alpine/a@1?distro=3.16.0', { id: 'alpine', versionId: '3.16.0' }],
    ['pkg:deb/debian/a@1?distro=jessie', { id: 'debian', codename: 'jessie' }],
    ['pkg:npm/a@1?distro=debian-12', undefined],
    ['pkg:deb/debian/a@1', undefined],
  ])('without such a component it is what %s says', (purl, distro) => {
    expect(readComponents({ type: 'library', name: 'a', purl }).inventory.distro).toEqual(distro);
  });

  test('of most packages wins, and a mixture is a gap', () => {
    const on = (name: string, distro: string) => ({
      type: 'library',
      purl: `pkg:deb/debian/${name}@1?distro=${distro}`,
    });
    const { inventory } = readComponents(on('a', 'debian-11'), on('b', 'debian-12'), on('c', 'debian-12'));
    expect(inventory.distro).toEqual({ id: 'debian', versionId: '12' });
    expect(inventory.gaps).toMatchObject([{ code: 'SBOM_DISTRO_AMBIGUOUS' }]);
  });
});

describe('the subject', () => {
  test('is the document; the image that it describes is a claim beside it', () => {
    const component = { type: 'container', name: 'registry.example/app', version: image };
    const { inventory } = readOk(readCycloneDx({ metadata: { component } }));
    expect(inventory.subject).toEqual({
      kind: 'sbom',
      name: 'registry.example/app',
      digest: documentDigest,
      describes: image,
    });
    expect(inventory.components).toEqual([]);
  });

  test('that is a package is a component too', () => {
    const component = { 'bom-ref': 'root', type: 'application', name: 'shop', purl: 'pkg:npm/shop@1.0.0' };
    const { inventory } = readOk(
      readCycloneDx({
        metadata: { component },
        components: [{ 'bom-ref': 'dep', type: 'library', name: 'a', purl: 'pkg:npm/a@1' }],
        dependencies: [{ ref: 'root', dependsOn: ['dep'] }],
      }),
    );
    expect(inventory.relations).toEqual([{ from: 'pkg:npm/shop@1.0.0', to: 'pkg:npm/a@1', kind: 'depends-on' }]);
  });

  test('without a name has that of the file', () => {
    expect(readComponents().inventory.subject.name).toBe('bom.json');
  });
});

describe('relations', () => {
  test('nested components are contained in their parents', () => {
    const { inventory } = readComponents({
      'bom-ref': 'outer',
      type: 'application',
      name: 'outer',
      components: [
        {
          'bom-ref': 'inner',
          type: 'library',
          name: 'inner',
          components: [{ 'bom-ref': 'core', type: 'library', name: 'core' }],
        },
      ],
    });
    expect(inventory.components.map(({ ref }) => ref)).toEqual(['core', 'inner', 'outer']);
    expect(inventory.relations).toEqual([
      { from: 'inner', to: 'core', kind: 'contains' },
      { from: 'outer', to: 'inner', kind: 'contains' },
    ]);
  });

  test('circles are data, and ends that are nowhere fall away', () => {
    const library = (ref: string) => ({ 'bom-ref': ref, type: 'library', name: ref });
    const { inventory } = readOk(
      readCycloneDx({
        components: [library('a'), library('b')],
        dependencies: [
          { ref: 'a', dependsOn: ['b', 'nowhere', 'a'] },
          { ref: 'b', dependsOn: ['a'] },
          { ref: 'nowhere', dependsOn: ['a'] },
        ],
      }),
    );
    expect(inventory.relations.map(({ from, to }) => from + to)).toEqual(['ab', 'ba']);
  });
});

describe('a hostile document', () => {
  test('that uses one reference for two packages keeps both', () => {
    const { inventory, warnings } = readComponents(
      { 'bom-ref': 'same', type: 'library', name: 'a' },
      { 'bom-ref': 'same', type: 'library', name: 'b' },
      { 'bom-ref': 'same', type: 'library', name: 'c' },
    );
    expect(inventory.components.map(({ ref, name }) => [ref, name])).toEqual([
      ['same', 'a'],
      ['same#2', 'b'],
      ['same#3', 'c'],
    ]);
    expect(warnings).toHaveLength(2);
  });

  test('cannot give a component the reference of another package URL', () => {
    const { inventory } = readComponents(
      { 'bom-ref': 'pkg:npm/a@1', type: 'library', name: 'decoy' },
      { 'bom-ref': 'x', type: 'library', name: 'a', purl: 'pkg:npm/a@1' },
    );
    expect(inventory.components.map(({ ref, name }) => [ref, name])).toEqual([
      ['pkg:npm/a@1', 'a'],
      ['pkg:npm/a@1#2', 'decoy'],
    ]);
  });

  test('finds no prototype behind its names', () => {
    const { inventory } = readOk(
      readCycloneDx(
        `{"__proto__": {"components": [{"name": "ghost"}]}, "components": [
          {"bom-ref": "__proto__", "type": "library", "name": "constructor", "__proto__": {"purl": "pkg:npm/ghost@1"},
           "properties": [{"name": "stella:analyzer", "value": "x"}, {"name": "stella:property:__proto__", "value": "y"}]},
          {"bom-ref": "toString", "type": {"toString": 1}, "name": "b"}],
          "dependencies": [{"ref": "__proto__", "dependsOn": ["toString", "hasOwnProperty"]}]}`,
      ),
    );
    expect(inventory.components.map(({ ref }) => ref)).toEqual(['__proto__', 'toString']);
    expect(Object.entries(inventory.components[0]?.properties ?? {})).toEqual([['__proto__', 'y']]);
    expect(inventory.relations).toEqual([{ from: '__proto__', to: 'toString', kind: 'depends-on' }]);
    expect(({} as Record<string, unknown>)['purl']).toBeUndefined();
  });

  test('with lone surrogates still has a canonical form', () => {
    const { inventory, warnings } = readOk(
      readCycloneDx(
        String.raw`{"metadata": {"properties": [{"name": "stella:gap", "value": "{\"code\":\"A\",\"detail\":\"\\ud800\"}"}]},
          "components": [{"bom-ref": "\ud800", "type": "library", "name": "\udc00", "version": "\ud800"}]}`,
      ),
    );
    expect(inventoryBytes(inventory).toString()).toContain('\ufffd');
    expect(inventory.gaps).toMatchObject([{ code: 'SBOM_GAP_UNREADABLE' }]);
    expect(warnings.length).toBeGreaterThan(0);
  });

  test('warns a hundred times and then counts', () => {
    const { warnings } = readComponents(...Array.from({ length: 500 }, () => 1));
    expect(warnings).toHaveLength(101);
    expect(warnings.at(-1)?.message).toBe('400 more warnings');
  });

  test.each([
    [{ bomFormat: 'x' }, '/bomFormat'],
    [{ specVersion: '2.0' }, '/specVersion'],
    [{ specVersion: '1.1' }, '/specVersion'],
    [{ components: {} }, '/components'],
    [{ dependencies: 'a' }, '/dependencies'],
  ])('of which nothing can be used is refused with the place: %j', (members, pointer) => {
    expect(readCycloneDx(members)).toMatchObject({
      ok: false,
      error: { code: 'SBOM_INVALID', place: { file: 'bom.json', pointer } },
      violations: [{ pointer }],
    });
  });
});

test('a document that says it is incomplete never passes for a complete one', () => {
  const { inventory } = readOk(readCycloneDx({ compositions: [{ aggregate: 'incomplete_first_party_only' }] }));
  expect(inventory.gaps).toMatchObject([{ code: 'SBOM_INCOMPLETE' }]);
});
