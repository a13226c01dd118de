import { describe, expect, test } from 'vitest';
import { digestOf } from '@stella-ops/engine-kernel';
import { LIMITS } from './limits.ts';
import { readSbom } from './read-sbom.ts';
import { only } from './testing/documents.ts';

const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'library', name: 'a' }] };
const spdx = { spdxVersion: 'SPDX-2.3', packages: [{ SPDXID: 'SPDXRef-a', name: 'a' }] };
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));
const base64 = (value: unknown) => bytesOf(value).toString('base64');

const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  predicateType: 'https://cyclonedx.org/bom',
  predicate: bom,
};
const envelope = { payloadType: 'application/vnd.in-toto+json', payload: base64(statement), signatures: [] };

test.each([
  ['CycloneDX', bom, 0],
  ['SPDX', spdx, 0],
  ['a statement', statement, 0],
  ['a statement of early cosign', { ...statement, predicate: { Data: bom } }, 0],
  ['a statement of early cosign with text', { ...statement, predicate: { Data: JSON.stringify(spdx) } }, 0],
  ['an envelope', envelope, 1],
  ['a bundle', { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: envelope }, 1],
])('%s is read, and unverified signatures are told', (_, document, warnings) => {
  const reading = readSbom(bytesOf(document), 'file');
  if (!reading.ok) throw reading.error;
  expect(only(reading.inventory).name).toBe('a');
  expect(reading.inventory.subject.digest).toBe(digestOf(bytesOf(document)));
  expect(reading.warnings).toHaveLength(warnings);
});

test('a byte order mark before JSON does no harm', () => {
  expect(readSbom(Buffer.concat([Buffer.from('\ufeff'), bytesOf(bom)]), 'x').ok).toBe(true);
});

describe('what is no readable SBOM', () => {
  const codeOf = (bytes: Uint8Array) => {
    const reading = readSbom(bytes, 'x');
    return reading.ok ? 'ok' : `${reading.error.code}: ${reading.error.message}`;
  };

  test.each([
    ['<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>', 'CycloneDX XML'],
    ['<rdf:RDF/>', 'XML or RDF'],
    ['# made by hand\nSPDXVersion: SPDX-2.3\n', 'SPDX tag-value'],
    ['SPDXID: "SPDXRef-DOCUMENT"\nspdxVersion: "SPDX-2.3"\n', 'YAML'],
    ['{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}', 'SPDX 3 JSON-LD'],
    ['{"descriptor": {}, "artifacts": []}', "Syft's own JSON"],
    ['{"SchemaVersion": 2, "Results": []}', "Trivy's own JSON report"],
  ])('%s is named, with the way out', (text, name) => {
    const reading = readSbom(Buffer.from(text), 'x');
    expect(reading).toMatchObject({ ok: false, error: { code: 'SBOM_FORMAT_UNSUPPORTED', place: { file: 'x' } } });
    if (reading.ok) return;
    expect(reading.error.message).toContain(name);
    expect(reading.error.hint).toContain('Convert');
  });

  test.each(['utf16le', 'utf-16be'])('%s text is named', (encoding) => {
    const little = Buffer.from(`\ufeff${JSON.stringify(bom)}`, 'utf16le');
    expect(codeOf(encoding === 'utf16le' ? little : little.swap16())).toMatch(/^SBOM_FORMAT_UNSUPPORTED: UTF-16/);
    expect(codeOf(little.subarray(2))).toMatch(/^SBOM_FORMAT_UNSUPPORTED: UTF-16/);
  });

  test.each([
    ['', 'JSON_INVALID'],
    ['not an sbom!', 'JSON_INVALID'],
    ['{"bomFormat": "CycloneDX"', 'JSON_INVALID'],
    ['[1]', 'SBOM_FORMAT_UNSUPPORTED'],
    ['null', 'SBOM_FORMAT_UNSUPPORTED'],
    ['{}', 'SBOM_FORMAT_UNSUPPORTED'],
    ['{"components":['.repeat(300), 'JSON_TOO_DEEP'],
    [JSON.stringify({ ...envelope, payloadType: 'text/plain' }), 'SBOM_INVALID'],
    [JSON.stringify({ ...envelope, payload: 'e30' }), 'SBOM_INVALID'],
    [JSON.stringify({ ...envelope, payload: 1 }), 'SBOM_INVALID'],
    [JSON.stringify({ ...envelope, payload: base64('x') }), 'SBOM_FORMAT_UNSUPPORTED'],
    [JSON.stringify({ ...statement, predicate: null }), 'SBOM_INVALID'],
    ['{"format": "stella.inventory/v1"}', 'SBOM_INVALID'],
  ])('%s is an error value, not an exception', (text, code) => {
    expect(codeOf(Buffer.from(text))).toMatch(new RegExp(`^${code}:`));
  });

  test('a document over the size limit is not even decoded', () => {
    const reading = readSbom({ length: LIMITS.documentBytes + 1 } as Uint8Array, 'x');
    expect(reading).toMatchObject({ ok: false, error: { code: 'SBOM_TOO_LARGE' } });
  });

  test('our own format with a lone surrogate is invalid, for it has no digest', () => {
    const inventory = String.raw`{"format":"stella.inventory/v1","subject":{"kind":"sbom","name":"\ud800"},"layers":[],"components":[],"relations":[],"gaps":[],"analyzers":{}}`;
    expect(codeOf(Buffer.from(inventory))).toMatch(/^SBOM_INVALID: .*surrogate/);
  });
});
