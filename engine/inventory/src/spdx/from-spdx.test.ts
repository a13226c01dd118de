import { describe, expect, test } from 'vitest';
import { documentDigest, only, purlReference, readOk, readPackages, readSpdx } from '../testing/documents.ts';

const image = `sha256:${'2'.repeat(64)}`;

describe('a package', () => {
  test('is known by its package URL and keeps what the document says', () => {
    const { inventory } = readPackages({
      SPDXID: 'SPDXRef-a',
      name: 'libssl3',
      versionInfo: '3.0.11',
      supplier: 'Organization: Debian',
      licenseConcluded: 'MIT',
      licenseDeclared: 'OpenSSL',
      sourceInfo: 'built package from: openssl 3.0.11-1',
      checksums: [{ algorithm: 'SHA1', checksumValue: 'ab'.repeat(20) }],
      externalRefs: [
        { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:a:b:c' },
        purlReference('pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12'),
      ],
    });
    expect(only(inventory)).toEqual({
      ref: 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12',
      kind: 'library',
      type: 'deb',
      name: 'libssl3',
      version: '3.0.11-1',
      purl: 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12',
      source: { name: 'openssl', version: '3.0.11-1' },
      architecture: 'amd64',
      licenses: ['OpenSSL'],
      supplier: 'Debian',
      hashes: [{ algorithm: 'sha1', value: 'ab'.repeat(20) }],
      locations: [],
      evidence: { analyzer: 'spdx', grade: 'claimed' },
    });
    expect(inventory.distro).toEqual({ id: 'debian', versionId: '12' });
  });

  test('says nothing where it says NOASSERTION', () => {
    const { inventory } = readPackages({
      SPDXID: 'SPDXRef-a',
      name: 'a',
      versionInfo: 'NOASSERTION',
      supplier: 'NOASSERTION',
      licenseDeclared: 'NONE',
      licenseConcluded: 'NOASSERTION',
    });
    expect(Object.keys(only(inventory)).toSorted()).toEqual(['evidence', 'kind', 'locations', 'name', 'ref', 'type']);
  });

  test('of Syft names its files', () => {
    const sourceInfo = 'acquired package info from DPKG DB: /var/lib/dpkg/status, /usr/share/doc/a/copyright';
    expect(only(readPackages({ SPDXID: 'SPDXRef-a', name: 'a', sourceInfo }).inventory).locations).toEqual([
      { path: 'usr/share/doc/a/copyright' },
      { path: 'var/lib/dpkg/status' },
    ]);
  });

  test('with several package URLs is the first of them, and the reader says so', () => {
    const { inventory, warnings } = readPackages({
      SPDXID: 'SPDXRef-a',
      name: 'a',
      externalRefs: [purlReference('pkg:npm/a@1'), purlReference('pkg:npm/b@1')],
    });
    expect(only(inventory).ref).toBe('pkg:npm/a@1');
    expect(warnings).toHaveLength(1);
  });
});

describe('what the document describes', () => {
  const root = {
    SPDXID: 'SPDXRef-root',
    name: 'app',
    versionInfo: 'latest',
    externalRefs: [purlReference(`pkg:oci/app@${image}`)],
  };

  test.each([
    ['documentDescribes', { documentDescribes: ['SPDXRef-root'] }],
    ['DESCRIBES', { relationships: [related('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-root')] }],
    ['DESCRIBE', { relationships: [related('SPDXRef-DOCUMENT', 'DESCRIBE', 'SPDXRef-root')] }],
    ['DESCRIBED_BY', { relationships: [related('SPDXRef-root', 'DESCRIBED_BY', 'SPDXRef-DOCUMENT')] }],
  ])('by %s is the subject when it is an image', (_, members) => {
    const { inventory } = readOk(readSpdx({ packages: [root], ...members }));
    expect(inventory.subject).toEqual({ kind: 'sbom', name: 'app', digest: documentDigest, describes: image });
    expect(inventory.components).toEqual([]);
  });

  test('is a component too when it is a package', () => {
    const { inventory } = readOk(
      readSpdx({ packages: [{ SPDXID: 'SPDXRef-app', name: 'app' }], documentDescribes: ['SPDXRef-app'] }),
    );
    expect(only(inventory).name).toBe('app');
  });

  test('an image that it only mentions is a component', () => {
    expect(only(readPackages(root).inventory).type).toBe('oci');
  });
});

test.each([
  ['SPDXRef-OperatingSystem-1', {}],
  ['SPDXRef-x', { primaryPackagePurpose: 'OPERATING_SYSTEM' }],
])('the operating system is the distribution: %s %j', (SPDXID, members) => {
  const { inventory } = readPackages({ SPDXID, name: 'alpine', versionInfo: '3.16.0', ...members });
  expect(inventory.distro).toEqual({ id: 'alpine', versionId: '3.16.0' });
  expect(inventory.components).toEqual([]);
});

test.each([
  ['DEPENDS_ON', 'a', 'b', 'depends-on'],
  ['DEPENDENCY_OF', 'b', 'a', 'depends-on'],
  ['DEV_DEPENDENCY_OF', 'b', 'a', 'depends-on'],
  ['CONTAINS', 'a', 'b', 'contains'],
  ['CONTAINED_BY', 'b', 'a', 'contains'],
])('%s goes the way it is meant', (type, from, to, kind) => {
  const { inventory } = readOk(
    readSpdx({
      packages: [
        { SPDXID: 'a', name: 'a' },
        { SPDXID: 'b', name: 'b' },
      ],
      relationships: [related('a', type, 'b'), related('a', type, 'a-file'), related('a', 'GENERATES', 'b')],
    }),
  );
  expect(inventory.relations).toEqual([{ from, to, kind }]);
});

test.each([
  [{ spdxVersion: 'SPDX-2.1' }, '/spdxVersion'],
  [{ packages: {} }, '/packages'],
  [{ relationships: 1 }, '/relationships'],
])('%j is refused with the place', (members, pointer) => {
  expect(readSpdx(members)).toMatchObject({ ok: false, error: { code: 'SBOM_INVALID', place: { pointer } } });
});

test('null is the same as absent: writers in Go leave it behind', () => {
  expect(readSpdx({ packages: null, relationships: null }).ok).toBe(true);
});

function related(spdxElementId: string, relationshipType: string, relatedSpdxElement: string) {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
