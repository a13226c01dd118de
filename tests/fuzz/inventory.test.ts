import { assembleInventory, inventoryBytes, readSbom, toCycloneDx, toSpdx } from '@stella-ops/engine-inventory';
import { AppError } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const layer = `sha256:${'a'.repeat(64)}` as const;
const inventory = assembleInventory({
  subject: { kind: 'image', name: 'registry.example/app:1', digest: `sha256:${'c'.repeat(64)}` },
  distro: { id: 'debian', versionId: '12' },
  layers: [{ digest: layer, sizeBytes: 1 }],
  components: ['pkg:deb/debian/a@1?distro=debian-12', 'pkg:npm/%40s/b@2', 'plain'].map((ref) => ({
    ref,
    kind: 'library',
    type: ref.startsWith('pkg:deb') ? 'deb' : ref.startsWith('pkg:npm') ? 'npm' : 'generic',
    name: ref,
    version: '1',
    ...(ref.startsWith('pkg:') && { purl: ref }),
    source: { name: 's', version: '1' },
    licenses: ['MIT', 'GPLv3+'],
    supplier: 'x',
    hashes: [{ algorithm: 'sha256', value: 'ab'.repeat(32) }],
    locations: [{ path: 'a', layer }],
    evidence: { analyzer: 'dpkg', grade: 'exact' },
    properties: { k: 'v' },
  })),
  relations: [{ from: 'pkg:npm/%40s/b@2', to: 'plain', kind: 'depends-on' }],
  gaps: [{ code: 'A', path: 'b', detail: 'c' }],
  analyzers: { dpkg: 1 },
});

/** A document of another writer, with the conventions that are read beside the standard's own. */
const foreign = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  metadata: { component: { type: 'container', name: 'x', version: layer, components: [] } },
  components: [
    {
      'bom-ref': '1',
      type: 'library',
      group: 'g',
      name: 'n',
      purl: 'pkg:rpm/rhel/n@1?epoch=1&upstream=s-1-1.src.rpm&distro=redhat-8',
      components: [{ 'bom-ref': '2', type: 'file', name: 'f' }],
      properties: [
        { name: 'aquasecurity:trivy:SrcName', value: 's' },
        { name: 'syft:location:0:path', value: '/p' },
      ],
    },
    { 'bom-ref': '3', type: 'operating-system', name: 'rhel', version: '8' },
  ],
  dependencies: [{ ref: '1', dependsOn: ['2', '1'] }],
  compositions: [{ aggregate: 'incomplete' }],
};

const DOCUMENTS: Readonly<Record<string, unknown>> = {
  'our inventory': inventory,
  'our CycloneDX': toCycloneDx(inventory, { toolVersion: '1' }),
  'our SPDX': toSpdx(inventory, { toolVersion: '1', created: '2026-01-01T00:00:00Z' }),
  'CycloneDX of others': foreign,
};

/** What a mutation puts in a value's place: every JSON type, and objects whose members hide those of Object.prototype. */
const replacement = fc.oneof(
  fc.constantFrom<unknown>(null, 0, -1, 1e308, true, '', [], {}, '\ud800', '__proto__', 'pkg:', 'x'.repeat(20_000)),
  fc.constant({ toString: 1, valueOf: null, constructor: 'x', hasOwnProperty: 0, length: -1 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Replaces, drops or doubles one value, chosen by walking down with the given numbers. */
function mutate(document: unknown, steps: readonly number[], value: unknown, action: number): unknown {
  if (typeof document !== 'object' || document === null || steps.length === 0) return value;
  const [first = 0, ...rest] = steps;
  if (Array.isArray(document)) {
    if (document.length === 0) return [value];
    const at = first % document.length;
    if (rest.length === 0 && action === 1) return document.toSpliced(at, 1);
    if (rest.length === 0 && action === 2) return [...(document as unknown[]), document[at]];
    return document.with(at, mutate(document[at], rest, value, action));
  }
  const entries = Object.entries(document);
  if (entries.length === 0) return { ['__proto__']: value };
  const at = first % entries.length;
  const [key = '', member] = entries[at] ?? [];
  if (rest.length === 0 && action === 1) return Object.fromEntries(entries.toSpliced(at, 1));
  return Object.fromEntries(entries.with(at, [key, mutate(member, rest, value, action)]));
}

const mutation = fc.tuple(fc.array(fc.nat(50), { minLength: 1, maxLength: 7 }), replacement, fc.nat(2));

/** The rule: an inventory with a canonical form, or an error with a code. Nothing else, and soon. */
function assertRead(bytes: Uint8Array): void {
  const started = performance.now();
  const reading = readSbom(bytes, 'fuzz');
  if (reading.ok) inventoryBytes(reading.inventory);
  else expect(reading.error).toBeInstanceOf(AppError);
  expect(performance.now() - started).toBeLessThan(2000);
}

describe.each(Object.entries(DOCUMENTS))('%s with values replaced, dropped and doubled', (_, document) => {
  test('is read or refused', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const mutated = mutations.reduce<unknown>(
          (now, [steps, value, action]) => mutate(now, steps, value, action),
          document,
        );
        assertRead(Buffer.from(JSON.stringify(mutated) ?? ''));
      }),
      { numRuns: 5000 },
    );
  });

  test('with bytes changed is read or refused', () => {
    const bytes = Buffer.from(JSON.stringify(document));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (edits) => {
          const edited = Buffer.from(bytes);
          for (const [at, byte] of edits) edited[at] = byte;
          assertRead(edited);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('documents made to be slow', () => {
  const bom = (members: string) => Buffer.from(`{"bomFormat":"CycloneDX","specVersion":"1.6",${members}}`);
  const timed = (bytes: Uint8Array) => {
    const started = performance.now();
    const reading = readSbom(bytes, 'slow');
    expect(performance.now() - started).toBeLessThan(20_000);
    return reading;
  };

  test('more components than the limit are refused', () => {
    const components = `[${'{"name":"a"},'.repeat(200_001)}{"name":"a"}]`;
    expect(timed(bom(`"components":${components}`))).toMatchObject({ ok: false, error: { code: 'SBOM_TOO_LARGE' } });
  });

  test('more relations than the limit are refused', () => {
    const dependsOn = `[${'"a",'.repeat(2_000_001)}"a"]`;
    expect(timed(bom(`"dependencies":[{"ref":"b","dependsOn":${dependsOn}}]`))).toMatchObject({
      ok: false,
      error: { code: 'SBOM_TOO_LARGE' },
    });
  });

  test('one reference for a hundred thousand components costs no more than many', () => {
    const same = '{"bom-ref":"same","name":"a"},'.repeat(100_000);
    const reading = timed(bom(`"components":[${same}{"bom-ref":"same#2","name":"b"}]`));
    expect(reading.ok && reading.inventory.components.length).toBe(100_001);
  });

  test('one package URL for a hundred thousand components becomes one', () => {
    const same = '{"purl":"pkg:npm/a@1","evidence":{"occurrences":[{"location":"a"}]}},'.repeat(100_000);
    const reading = timed(bom(`"components":[${same}{"purl":"pkg:npm/a@1"}]`));
    expect(reading.ok && reading.inventory.components.length).toBe(1);
  });

  test('nesting beyond the limit is refused, and up to it is read', () => {
    const nested = (depth: number) =>
      bom(`"components":${'[{"name":"a","components":'.repeat(depth)}[]${'}]'.repeat(depth)}`);
    expect(timed(nested(100_000))).toMatchObject({ ok: false, error: { code: 'JSON_TOO_DEEP' } });
    expect(timed(nested(100))).toMatchObject({ ok: true });
  });

  test('long texts without end are left out', () => {
    const long = 'a'.repeat(1_000_000);
    const licences = Array.from({ length: 20 }, () => `{"expression":"${'('.repeat(16_000)}"}`).join();
    const component = `{"name":"${long}","purl":"pkg:npm/${long}","licenses":[${licences}]}`;
    expect(timed(bom(`"components":[${component}]`))).toMatchObject({
      ok: true,
      inventory: { components: [], gaps: [{ code: 'SBOM_COMPONENT_UNREADABLE' }] },
    });
  });
});
