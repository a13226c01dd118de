import type { Subject } from '@stella-ops/engine-inventory';
import type { Finding } from '@stella-ops/engine-advisories';
import { expect, test } from 'vitest';
import { digestWith, IMAGE, makeDocument, makeFinding, makeFindings } from '../testing/make.ts';
import { applyVex } from './apply-vex.ts';
import type { VexDocument } from '../types.ts';

const LIBSSL = 'pkg:deb/debian/libssl3';
const inImage = (digit: string) => `pkg:oci/app@sha256%3A${digit.repeat(64)}`;
const withPart = (id: string, ...parts: string[]) => ({
  '@id': id,
  subcomponents: parts.map((part) => ({ '@id': part })),
});

function answer(documents: readonly VexDocument[], finding: Finding = makeFinding(), subject: Subject = IMAGE) {
  return applyVex(makeFindings([finding]), documents, subject).findings[0]?.vex;
}

const statusOf = (product: unknown, finding?: Finding, subject?: Subject) =>
  answer([makeDocument([{ products: [product] }])], finding, subject)?.status;

test.each<[string, unknown]>([
  ['the package in every version', LIBSSL],
  ['the package in this version', `${LIBSSL}@3.0.11-1`],
  ['the package with some of its qualifiers', `${LIBSSL}@3.0.11-1?distro=debian-12`],
  ['the package by its purl identifier', { '@id': 'https://example.test/x', identifiers: { purl: LIBSSL } }],
  ['the image by manifest digest', inImage('a')],
  ['the image by index digest', inImage('1')],
  ['the image by config digest', inImage('c')],
  ['the image by digest under another name', `pkg:oci/other@${digestWith('a')}?repository_url=elsewhere.example/other`],
  ['the image by hash', { '@id': 'https://example.test/app', hashes: { 'sha-256': 'a'.repeat(64) } }],
  ['the image by bare digest', digestWith('a')],
  ['the image by reference with digest', `registry.example/team/app@${digestWith('a')}`],
  ['the image by its name', 'registry.example/team/app:1.0'],
  ['the image by name of its last part', 'pkg:oci/app'],
  ['the image by repository', 'pkg:oci/app?repository_url=registry.example/team/app'],
  ['the image by repository without its name', 'pkg:oci/app?repository_url=registry.example/team&tag=1.0'],
  ['the image as docker purl', 'pkg:docker/team/app@1.0?repository_url=registry.example'],
  ['the image of this architecture', `${inImage('1')}?arch=amd64`],
  ['the package in the image', withPart(inImage('a'), LIBSSL)],
  ['one of several packages in the image', withPart('pkg:oci/app', 'pkg:deb/debian/zlib', `${LIBSSL}@3.0.11-1`)],
])('a statement about %s answers the finding', (_, product) => {
  expect(statusOf(product)).toBe('not_affected');
});

test.each<[string, unknown]>([
  ['another version of the package', `${LIBSSL}@3.0.11-2`],
  ['another package', 'pkg:deb/debian/openssl'],
  ['the package of another distribution', 'pkg:deb/ubuntu/libssl3'],
  ['the package of another release', `${LIBSSL}?distro=debian-11`],
  ['another image', inImage('b')],
  ['an image of another name', 'pkg:oci/ap'],
  ['a longer name that ends alike', 'pkg:oci/myapp'],
  ['a shorter name that ends alike', 'pkg:oci/pp'],
  ['the same name in another registry', 'pkg:oci/app?repository_url=other.example/team/app'],
  ['another tag of the image', 'pkg:oci/app?tag=2.0'],
  ['another tag as docker purl', 'pkg:docker/team/app@2.0'],
  ['another architecture of the index', `${inImage('1')}?arch=arm64`],
  ['another hash', { '@id': 'https://example.test/app', hashes: { 'sha-256': 'b'.repeat(64) } }],
  ['the digest as hash of another algorithm', { '@id': 'x', hashes: { 'blake2b-256': 'a'.repeat(64) } }],
  ['the image reference with another digest', `registry.example/team/app:1.0@${digestWith('b')}`],
  ['another package in the image', withPart(inImage('a'), 'pkg:deb/debian/zlib')],
  ['another version in the image', withPart(inImage('a'), `${LIBSSL}@1.0`)],
  ['an unreadable package in the image', withPart(inImage('a'), '[ERROR] not mapped')],
  ['the package in another image', withPart(inImage('b'), LIBSSL)],
  ['a part of the package', withPart(LIBSSL, 'pkg:npm/a')],
  ['the package as part of another package', withPart('pkg:npm/a', LIBSSL)],
  ['nothing that can be named', { identifiers: { cpe23: 'cpe:2.3:a:openssl:openssl:*' } }],
])('a statement about %s does not answer the finding', (_, product) => {
  expect(statusOf(product)).toBeUndefined();
});

test.each([
  ['debian', 'pkg:oci/debian?repository_url=index.docker.io/library'],
  ['debian', 'pkg:oci/debian?repository_url=docker.io/library/debian&tag=latest'],
  ['index.docker.io/debian:12', 'docker.io/library/debian:12'],
  ['localhost:5000/app', 'pkg:oci/app?repository_url=localhost:5000/app'],
])('the image %s is known as %s', (name, product) => {
  expect(statusOf(product, makeFinding(), { kind: 'image', name })).toBe('not_affected');
});

test.each(['oci-dir:./out/debian', '/var/lib/debian', './debian'])(
  'the path %s is not the name of an image',
  (name) => {
    expect(statusOf('pkg:oci/debian', makeFinding(), { kind: 'image', name })).toBeUndefined();
  },
);

test('an SBOM is the image that it describes, a directory is none', () => {
  const sbom: Subject = { kind: 'sbom', name: 'app.cdx.json', digest: digestWith('f'), describes: digestWith('a') };
  expect(statusOf(inImage('a'), makeFinding(), sbom)).toBe('not_affected');
  expect(statusOf(inImage('a'), makeFinding(), { kind: 'directory', name: 'app' })).toBeUndefined();
  expect(statusOf('pkg:oci/app', makeFinding(), { kind: 'directory', name: 'app' })).toBeUndefined();
});

test.each([
  ['CVE-2024-0001', true],
  ['cve-2024-0001', true],
  ['GHSA-aaaa-bbbb-cccc', true],
  [{ name: 'OTHER-1', aliases: ['PYSEC-2024-1'] }, true],
  [{ name: 'OTHER-1', '@id': 'CVE-2024-0001' }, true],
  ['CVE-2024-00011', false],
  [{ name: 'OTHER-1', aliases: ['GHSA-dddd'] }, false],
])('a statement about %j speaks of the vulnerability: %s', (vulnerability, speaks) => {
  expect(answer([makeDocument([{ vulnerability, products: [LIBSSL] }])]) !== undefined).toBe(speaks);
});

test('the newest statement wins and the others are listed, newest first', () => {
  const at = (timestamp: string, status: string) => ({ products: [LIBSSL], timestamp, status, action_statement: 'x' });
  const one = makeDocument([at('2024-03-01T00:00:00Z', 'affected'), at('2024-01-01T00:00:00Z', 'under_investigation')]);
  const two = makeDocument([at('2024-02-01T00:00:00Z', 'fixed')], { '@id': 'https://example.test/vex/2' });
  const wanted = {
    status: 'affected',
    justification: 'component_not_present',
    statement: 'x',
    document: one.digest,
    author: 'Example',
    timestamp: '2024-03-01T00:00:00.000Z',
    overruled: [
      { status: 'fixed', document: two.digest, timestamp: '2024-02-01T00:00:00.000Z' },
      { status: 'under_investigation', document: one.digest, timestamp: '2024-01-01T00:00:00.000Z' },
    ],
  };
  expect(answer([one, two])).toEqual(wanted);
  expect(answer([two, one, two])).toEqual(wanted);
});

test('equal times are decided by the time and id of the document, then by the place in it', () => {
  const said = (status: string) => ({ products: [LIBSSL], timestamp: '2024-01-01T00:00:00Z', status });
  const older = makeDocument([said('affected')], { '@id': 'https://example.test/z' });
  const newer = makeDocument([said('fixed')], { timestamp: '2024-01-02T00:00:00Z' });
  expect(answer([older, newer])?.status).toBe('fixed');
  const byId = ['m', 'c', 'z', 'k', 'a', 'x', 'b'].map((id) =>
    makeDocument([said(id === 'z' ? 'fixed' : 'affected')], { '@id': `https://example.test/${id}` }),
  );
  expect(answer(byId)?.status).toBe('fixed');
  expect(answer([makeDocument([said('affected'), said('under_investigation')])])?.status).toBe('under_investigation');
});

test('a statement with several products or names is counted once', () => {
  const vulnerability = { name: 'CVE-2024-0001', aliases: ['GHSA-aaaa-bbbb-cccc'] };
  const products = [LIBSSL, `${LIBSSL}@3.0.11-1`, inImage('a'), 'pkg:oci/app'];
  expect(answer([makeDocument([{ vulnerability, products }])])?.overruled).toEqual([]);
});

test('everything but the answer stays; an answer of an earlier time goes', () => {
  const untouched = makeFinding({ vulnerability: 'CVE-2024-9999', aliases: [] });
  const { vex: _, ...rest } = makeFinding();
  const stale = { status: 'fixed', document: digestWith('9'), timestamp: 't', overruled: [] } as const;
  const given = makeFindings([untouched, { ...rest, vex: stale }]);
  expect(applyVex(given, [], IMAGE)).toEqual(makeFindings([untouched, rest]));
});

test('a component without purl is found by its reference', () => {
  const { purl: _, ...rest } = makeFinding();
  const finding = { ...rest, component: 'urn:part:7' };
  expect(statusOf(withPart(inImage('a'), 'urn:part:7'), finding)).toBe('not_affected');
  expect(statusOf(withPart(inImage('a'), 'urn:part:8'), finding)).toBeUndefined();
});

test('a flood of statements is answered by the newest, with at most 100 overruled', () => {
  const statements = Array.from({ length: 20_000 }, (_, i) => ({
    products: [i % 2 === 0 ? LIBSSL : inImage('a')],
    timestamp: new Date(Date.UTC(2024, 0, 1) + i * 1000).toISOString(),
  }));
  const vex = answer([makeDocument(statements)]);
  expect(vex?.timestamp).toBe(statements.at(-1)?.timestamp);
  expect(vex?.overruled.map(({ timestamp }) => timestamp)).toEqual(
    statements
      .slice(-101, -1)
      .map(({ timestamp }) => timestamp)
      .toReversed(),
  );
});
