import { describe, expect, test } from 'vitest';
import { assembleInventory, type InventoryParts } from '../assemble.ts';
import { componentOf, imageDigest, layerA, partsOf } from '../testing/inventories.ts';
import type { Component } from '../types.ts';
import { toCycloneDx } from './to-cyclonedx.ts';

const write = (parts: Partial<InventoryParts>, timestamp?: string) =>
  toCycloneDx(assembleInventory(partsOf(parts)), { toolVersion: '1.2.3', timestamp });

function writeOne(members: Partial<Component> & { ref: string }): Record<string, unknown> {
  const { components } = write({ components: [componentOf(members)] });
  return (components as Record<string, unknown>[])[0] ?? {};
}

test('the serial number follows from the content and is a UUID of version 8', () => {
  const serial = (parts: Partial<InventoryParts>) => write(parts)['serialNumber'];
  expect(serial({})).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(serial({})).toBe(serial({}));
  expect(serial({})).not.toBe(serial({ analyzers: { dpkg: 2 } }));
});

test('without a time the document holds none', () => {
  expect(JSON.stringify(write({}))).not.toContain('timestamp');
  expect(write({}, '2026-01-02T03:04:05+01:00')['metadata']).toMatchObject({ timestamp: '2026-01-02T02:04:05.000Z' });
});

describe('the subject', () => {
  const root = (subject: InventoryParts['subject']) =>
    (write({ subject })['metadata'] as Record<string, unknown>)['component'];

  test('of an image is a container with its digest and package URL', () => {
    expect(
      root({
        kind: 'image',
        name: 'registry.example:5000/team/app:1.0',
        digest: imageDigest,
        platform: { os: 'linux', architecture: 'amd64' },
      }),
    ).toMatchObject({
      type: 'container',
      name: 'registry.example:5000/team/app:1.0',
      version: imageDigest,
      hashes: [{ alg: 'SHA-256', content: 'c'.repeat(64) }],
      purl: `pkg:oci/app@${imageDigest}?arch=amd64&repository_url=registry.example:5000%2Fteam%2Fapp&tag=1.0`,
    });
  });

  test('of a directory has no digest', () => {
    expect(root({ kind: 'directory', name: '/srv' })).toEqual({
      type: 'file',
      'bom-ref': 'stella:subject',
      name: '/srv',
    });
  });

  test('never shares its reference with a component', () => {
    const { metadata, components } = write({
      distro: { id: 'debian' },
      components: [componentOf({ ref: 'stella:subject' }), componentOf({ ref: 'stella:distro' })],
    });
    const all = [(metadata as Record<string, unknown>)['component'], ...(components as unknown[])];
    const refs = (all as Record<string, unknown>[]).map((one) => one['bom-ref']);
    expect(new Set(refs).size).toBe(4);
  });
});

describe('names', () => {
  test.each([
    ['npm', '@scope/name', { group: '@scope', name: 'name' }],
    ['npm', 'name', { name: 'name' }],
    ['maven', 'org.slf4j:slf4j-api', { group: 'org.slf4j', name: 'slf4j-api' }],
    ['golang', 'github.com/org/mod', { name: 'github.com/org/mod' }],
    ['npm', '@/x', { group: '@', name: 'x' }],
    ['npm', '@scope', { name: '@scope' }],
  ])('%s %s', (type, name, members) => {
    const { group, name: written } = writeOne({ ref: 'r', type, name });
    expect({ ...(group !== undefined && { group }), name: written }).toEqual(members);
  });
});

describe('licences', () => {
  test.each([
    [['MIT'], [{ license: { id: 'MIT' } }]],
    [['MIT OR Apache-2.0'], [{ expression: 'MIT OR Apache-2.0' }]],
    [['GPLv3+'], [{ license: { name: 'GPLv3+' } }]],
    // A list may not hold expressions beside identifiers.
    [
      ['MIT', 'MIT OR Apache-2.0'],
      [{ license: { id: 'MIT' } }, { license: { name: 'MIT OR Apache-2.0' } }],
    ],
  ])('%j', (licenses, written) => expect(writeOne({ ref: 'r', licenses })['licenses']).toEqual(written));
});

test('layers stand beside the files that lie in them', () => {
  const { evidence } = writeOne({ ref: 'r', locations: [{ path: 'a', layer: layerA }, { path: 'b' }] });
  expect(evidence).toEqual({
    occurrences: [{ location: 'a', additionalContext: `layer ${layerA}` }, { location: 'b' }],
  });
});

test('an inventory with gaps says that it is incomplete, and none says that it is complete', () => {
  expect(write({})['compositions']).toMatchObject([{ aggregate: 'unknown' }]);
  expect(write({ gaps: [{ code: 'A', detail: 'b' }] })['compositions']).toMatchObject([{ aggregate: 'incomplete' }]);
});

test('the distribution is an operating-system component for other tools', () => {
  expect(write({ distro: { id: 'debian', versionId: '12' } })['components']).toMatchObject([
    { type: 'operating-system', name: 'debian', version: '12' },
  ]);
});
