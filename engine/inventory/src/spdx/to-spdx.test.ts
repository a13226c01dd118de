import { describe, expect, test } from 'vitest';
import { assembleInventory, type InventoryParts } from '../assemble.ts';
import { componentOf, imageDigest, partsOf } from '../testing/inventories.ts';
import { toSpdx } from './to-spdx.ts';

interface Document {
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
  readonly packages: readonly Record<string, unknown>[];
  readonly relationships: readonly Record<string, unknown>[];
  readonly hasExtractedLicensingInfos?: readonly { licenseId: string; extractedText: string }[];
}

const write = (parts: Partial<InventoryParts>): Document =>
  toSpdx(assembleInventory(partsOf(parts)), {
    toolVersion: '1.2.3',
    created: '2026-01-02T03:04:05.678+01:00',
  }) as unknown as Document;

test('the namespace follows from the content, and the time is cut to the second', () => {
  const { documentNamespace, creationInfo } = write({});
  expect(documentNamespace).toMatch(/^https:\/\/stella-ops\.org\/spdx\/[0-9a-f-]{36}$/);
  expect(documentNamespace).not.toBe(write({ analyzers: { dpkg: 2 } }).documentNamespace);
  expect(creationInfo).toEqual({ created: '2026-01-02T02:04:05Z', creators: ['Tool: stella-1.2.3'] });
});

test('a time that is none is refused', () => {
  const inventory = assembleInventory(partsOf({}));
  expect(() => toSpdx(inventory, { toolVersion: '1', created: 'yesterday' })).toThrow(
    expect.objectContaining({ code: 'ENCODING_INVALID' }),
  );
});

test('identifiers hold only what the specification allows, and differ where refs differ', () => {
  const components = ['a/b', 'a b', 'a_b', '\u{1F600}', '"', ''].map((name) => componentOf({ ref: `r${name}`, name }));
  const ids = write({ components }).packages.map((one) => one['SPDXID']);
  expect(new Set(ids).size).toBe(7);
  for (const id of ids) expect(id).toMatch(/^SPDXRef-[a-zA-Z0-9.-]+$/);
});

test('the document describes the image, which contains everything', () => {
  const { packages, relationships } = write({
    distro: { id: 'debian', versionId: '12' },
    components: [componentOf({ ref: 'a' }), componentOf({ ref: 'b' })],
    relations: [{ from: 'a', to: 'b', kind: 'depends-on' }],
  });
  const [root, distro, a, b] = packages.map((one) => one['SPDXID']);
  expect(packages[0]).toMatchObject({ versionInfo: imageDigest, primaryPackagePurpose: 'CONTAINER' });
  expect(
    relationships.map((one) => [one['spdxElementId'], one['relationshipType'], one['relatedSpdxElement']]),
  ).toEqual([
    ['SPDXRef-DOCUMENT', 'DESCRIBES', root],
    [root, 'CONTAINS', distro],
    [root, 'CONTAINS', a],
    [root, 'CONTAINS', b],
    [a, 'DEPENDS_ON', b],
  ]);
});

describe('licences', () => {
  const declared = (...licenses: string[]) => {
    const { packages, hasExtractedLicensingInfos } = write({ components: [componentOf({ ref: 'a', licenses })] });
    return { text: packages[1]?.['licenseDeclared'], extracted: hasExtractedLicensingInfos };
  };

  test.each([
    [[], 'NOASSERTION'],
    [['MIT'], 'MIT'],
    [['MIT OR Apache-2.0'], 'MIT OR Apache-2.0'],
    [['BSD-3-Clause', 'MIT OR Apache-2.0'], 'BSD-3-Clause AND (MIT OR Apache-2.0)'],
  ])('%j is declared as %s', (licenses, text) => {
    expect(declared(...licenses)).toEqual({ text, extracted: undefined });
  });

  test('outside the list are defined in the document, under a name that it may have', () => {
    const { text, extracted } = declared('GPLv3+ (see file)', 'LicenseRef-Acme');
    expect(text).toMatch(/^LicenseRef-stella-[0-9a-f]{16} AND LicenseRef-stella-[0-9a-f]{16}$/);
    expect(new Set(extracted?.map((one) => one.extractedText))).toEqual(
      new Set(['GPLv3+ (see file)', 'LicenseRef-Acme']),
    );
    for (const { licenseId } of extracted ?? []) expect(text).toContain(licenseId);
  });
});
