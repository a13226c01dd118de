import fc from 'fast-check';
import type { Digest } from '@stella-ops/engine-kernel';
import type { InventoryParts } from '../assemble.ts';
import type { Component, Gap, Location, Relation } from '../types.ts';

/** Inventories for the tests of this package. */
export const layerA: Digest = `sha256:${'a'.repeat(64)}`;
export const layerB: Digest = `sha256:${'b'.repeat(64)}`;
export const imageDigest: Digest = `sha256:${'c'.repeat(64)}`;

export function componentOf(members: Partial<Component> & { ref: string }): Component {
  return {
    kind: 'library',
    type: 'generic',
    name: members.ref,
    locations: [],
    evidence: { analyzer: 'test', grade: 'exact' },
    ...members,
  };
}

export function partsOf(parts: Partial<InventoryParts>): InventoryParts {
  return {
    subject: { kind: 'image', name: 'registry.example/app:1', digest: imageDigest },
    layers: [],
    components: [],
    relations: [],
    gaps: [],
    analyzers: {},
    ...parts,
  };
}

/** Few enough refs that finds collide, and texts of every kind. */
const refs = fc.constantFrom(
  'pkg:npm/a@1',
  'pkg:npm/b@1',
  'pkg:deb/debian/c@1',
  '__proto__',
  'constructor',
  '\u{1F600}',
);
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const layer = fc.constantFrom(layerA, layerB);

const location: fc.Arbitrary<Location> = fc.record(
  { path: fc.oneof(fc.constantFrom('a', 'b/c'), text), layer },
  { requiredKeys: ['path'] },
);

const finds: fc.Arbitrary<Component> = fc.record(
  {
    ref: refs,
    kind: fc.constantFrom('library', 'application', 'operating-system', 'file', 'other'),
    type: fc.constantFrom('npm', 'deb', 'generic'),
    name: text,
    version: text,
    source: fc.record({ name: text, version: text }),
    architecture: fc.constantFrom('amd64', 'all'),
    licenses: fc.array(fc.oneof(fc.constantFrom('MIT', 'MIT OR Apache-2.0', 'GPL-2.0-only'), text), { maxLength: 3 }),
    supplier: text,
    hashes: fc.array(
      fc.record({
        algorithm: fc.constantFrom('sha256', 'sha512', 'odd'),
        value: fc.constantFrom('00', 'x', 'ab'.repeat(32)),
      }),
      { maxLength: 2 },
    ),
    locations: fc.array(location, { maxLength: 3 }),
    evidence: fc.record({
      analyzer: fc.constantFrom('dpkg', 'npm'),
      grade: fc.constantFrom('exact', 'derived', 'claimed'),
    }),
    properties: fc.dictionary(fc.oneof(fc.constantFrom('__proto__', 'k'), text), text, { maxKeys: 3 }),
  },
  { requiredKeys: ['ref', 'kind', 'type', 'name', 'locations', 'evidence'] },
);

const component = finds.map((find) => (find.ref.startsWith('pkg:') ? { ...find, purl: find.ref } : find));

const relation: fc.Arbitrary<Relation> = fc.record({
  from: refs,
  to: refs,
  kind: fc.constantFrom('depends-on', 'contains'),
});

const gap: fc.Arbitrary<Gap> = fc.record(
  { code: fc.constantFrom('A', 'B'), path: text, layer, detail: text },
  { requiredKeys: ['code', 'detail'] },
);

export const partsArbitrary: fc.Arbitrary<InventoryParts> = fc.record(
  {
    subject: fc.constant({ kind: 'image' as const, name: 'registry.example/app:1', digest: imageDigest }),
    distro: fc.record(
      {
        id: fc.constantFrom('debian', 'alpine'),
        versionId: text,
        codename: text,
        prettyName: text,
        idLike: fc.array(text),
      },
      { requiredKeys: ['id'] },
    ),
    layers: fc.constant([{ digest: layerA, diffId: layerB, diffIdVerified: true, sizeBytes: 42 }]),
    components: fc.array(component, { maxLength: 12 }),
    relations: fc.array(relation, { maxLength: 12 }),
    gaps: fc.array(gap, { maxLength: 5 }),
    analyzers: fc.constant({ dpkg: 1, npm: 2 }),
  },
  { requiredKeys: ['subject', 'layers', 'components', 'relations', 'gaps', 'analyzers'] },
);
