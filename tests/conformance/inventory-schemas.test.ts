import { assembleInventory, type Component, type Inventory, toCycloneDx, toSpdx } from '@stella-ops/engine-inventory';
import type { Digest } from '@stella-ops/engine-kernel';
import { describeNeeding, sbomSchemas, type SbomSchemas } from '@stella-ops/testkit';
import { beforeAll, describe, expect, test } from 'vitest';

const layer: Digest = `sha256:${'a'.repeat(64)}`;

function inventoryOf(parts: Partial<Parameters<typeof assembleInventory>[0]>): Inventory {
  return assembleInventory({
    subject: { kind: 'image', name: 'registry.example/team/app:1', digest: `sha256:${'c'.repeat(64)}` },
    layers: [{ digest: layer, diffId: layer, sizeBytes: 1 }],
    components: [],
    relations: [],
    gaps: [],
    analyzers: { dpkg: 1 },
    ...parts,
  });
}

const component = (ref: string, members: Partial<Component> = {}): Component => ({
  ref,
  kind: 'library',
  type: 'generic',
  name: ref,
  locations: [],
  evidence: { analyzer: 'dpkg', grade: 'exact' },
  ...members,
});

const HOSTILE = [
  '__proto__',
  'constructor',
  '"',
  '\\',
  '\u0000',
  '\u{1F600}',
  '../../etc',
  '<script>',
  'a b',
  'é',
  ' ',
];

/** Inventories of ours that have every member, none, and texts of every kind. */
const INVENTORIES: readonly (readonly [name: string, inventory: Inventory])[] = [
  ['empty', inventoryOf({})],
  ['of a directory', inventoryOf({ subject: { kind: 'directory', name: '' }, layers: [] })],
  [
    'with every member',
    inventoryOf({
      distro: { id: 'debian', versionId: '12', codename: 'bookworm', prettyName: 'Debian', idLike: ['x'] },
      components: [
        component('pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12', {
          type: 'deb',
          name: 'libssl3',
          version: '3.0.11-1',
          purl: 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12',
          source: { name: 'openssl', version: '3.0.11-1' },
          architecture: 'amd64',
          licenses: ['Apache-2.0', 'MIT OR Apache-2.0', 'GPLv3+', 'LicenseRef-Acme'],
          supplier: 'Debian OpenSSL Team',
          hashes: [
            { algorithm: 'sha256', value: 'ab'.repeat(32) },
            { algorithm: 'sha224', value: 'ab'.repeat(28) },
            { algorithm: 'sha1', value: 'not hex' },
            { algorithm: 'odd', value: '' },
          ],
          locations: [{ path: 'var/lib/dpkg/status', layer }, { path: 'a' }],
          properties: { 'dpkg:status': 'install ok installed' },
        }),
        component('pkg:npm/%40scope/name@1.0.0', { type: 'npm', name: '@scope/name', licenses: ['MIT OR ISC'] }),
        ...(['application', 'operating-system', 'file', 'other'] as const).map((kind) => component(kind, { kind })),
        component('long', { version: '1'.repeat(5000) }),
      ],
      relations: [
        { from: 'application', to: 'file', kind: 'contains' },
        { from: 'file', to: 'application', kind: 'depends-on' },
      ],
      gaps: [{ code: 'DPKG_STATUS_UNREADABLE', path: 'var/lib/dpkg/status', layer, detail: 'truncated' }],
    }),
  ],
  [
    'with hostile texts',
    inventoryOf({
      subject: { kind: 'image', name: '\u202e"' },
      distro: { id: '', versionId: 'x'.repeat(2000) },
      components: HOSTILE.map((text) =>
        component(text, {
          version: text,
          supplier: text,
          licenses: [text],
          architecture: text,
          source: { name: text, version: text },
          hashes: [{ algorithm: text, value: text }],
          locations: [{ path: text }],
          properties: { [text]: text },
        }),
      ),
      relations: HOSTILE.map((to) => ({ from: 'constructor', to, kind: 'contains' })),
      gaps: HOSTILE.map((text) => ({ code: text, path: text, detail: text })),
    }),
  ],
];

describeNeeding(['corpus'], 'exports validate against the official schemas', () => {
  let schemas: SbomSchemas;

  beforeAll(() => {
    schemas = sbomSchemas();
  });

  describe.each(INVENTORIES)('an inventory %s', (_, inventory) => {
    test('as CycloneDX 1.6', () => {
      const document = toCycloneDx(inventory, { toolVersion: '1.0.0', timestamp: '2026-01-02T03:04:05Z' });
      expect(schemas.cyclonedx(document)).toEqual([]);
    });

    test('as SPDX 2.3', () => {
      const document = toSpdx(inventory, { toolVersion: '1.0.0', created: '2026-01-02T03:04:05Z' });
      expect(schemas.spdx(document)).toEqual([]);
    });
  });

  test('and the schemas do refuse a wrong document', () => {
    const [, [, inventory] = []] = INVENTORIES;
    const document = toCycloneDx(inventory ?? inventoryOf({}), { toolVersion: '1' });
    expect(schemas.cyclonedx({ ...document, version: 'x' })).not.toEqual([]);
    expect(schemas.spdx(document)).not.toEqual([]);
  });
});
