import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AdvisoryIndex,
  type Findings,
  matchInventory,
  openIndex,
  writeIndex,
} from '@stella-ops/engine-advisories';
import {
  assembleInventory,
  type Component,
  type Inventory,
  inventoryDigest,
  readSbom,
  toCycloneDx,
  toSpdx,
} from '@stella-ops/engine-inventory';
import { purlFor } from '@stella-ops/engine-versions';
import { afterAll, beforeAll, expect, test } from 'vitest';

const layer = `sha256:${'a'.repeat(64)}` as const;

/** Records made for this test: one per way in which a component is looked up. */
const RECORDS = [
  ['Debian:12', 'openssl', '3.0.11-1~deb12u2'],
  ['npm', '@scope/name', '1.0.1'],
  ['PyPI', 'pyyaml', '6.0.1'],
  ['Go', 'github.com/Masterminds/semver', '1.5.1'],
].map(([ecosystem, name, fixed], number) => ({
  id: `OWN-${number}`,
  modified: '2026-01-02T03:04:05Z',
  affected: [
    { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
  ],
}));

const installed = (
  purl: string,
  type: string,
  name: string,
  version: string,
  more: Partial<Component> = {},
): Component => ({
  ref: purl,
  kind: 'library',
  type,
  name,
  version,
  purl,
  locations: [{ path: `usr/lib/${type}`, layer }],
  evidence: { analyzer: type, grade: 'exact' },
  ...more,
});

const source = { name: 'openssl', version: '3.0.11-1~deb12u1' };
const deb = {
  distroId: 'debian',
  distroVersionId: '12',
  name: 'libssl3',
  version: '3.0.11-1~deb12u1',
  architecture: 'amd64',
  source,
};
const scanned = assembleInventory({
  subject: { kind: 'image', name: 'registry.example/app:1', digest: `sha256:${'c'.repeat(64)}` },
  distro: { id: 'debian', versionId: '12', codename: 'bookworm' },
  layers: [{ digest: layer, sizeBytes: 1 }],
  components: [
    installed(purlFor.deb(deb), 'deb', 'libssl3', deb.version, { source, architecture: 'amd64' }),
    installed(purlFor.npm('@scope/name', '1.0.0'), 'npm', '@scope/name', '1.0.0'),
    installed(purlFor.pypi('PyYAML', '6.0'), 'pypi', 'PyYAML', '6.0'),
    installed(
      purlFor.golang('github.com/Masterminds/semver', 'v1.5.0'),
      'golang',
      'github.com/Masterminds/semver',
      'v1.5.0',
    ),
    installed('pkg:npm/no-version', 'npm', 'no-version', ''),
  ],
  relations: [],
  gaps: [{ code: 'NPM_PACKAGE_UNREADABLE', path: 'a/package.json', detail: 'truncated' }],
  analyzers: { deb: 1 },
});

let folder: string;
let index: AdvisoryIndex;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inventory-findings-'));
  await writeIndex(sources(), { out: join(folder, 'index') });
  index = openIndex(join(folder, 'index'));
});
afterAll(() => {
  index.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ['CycloneDX', (inventory: Inventory) => toCycloneDx(inventory, { toolVersion: '1' })],
  ['SPDX', (inventory: Inventory) => toSpdx(inventory, { toolVersion: '1', created: '2026-01-02T03:04:05Z' })],
])('an image exported as %s has the findings of the image, now claimed', (_, write) => {
  const reading = readSbom(Buffer.from(JSON.stringify(write(scanned))), 'export.json');
  if (!reading.ok) throw reading.error;
  const findings = matchInventory(scanned, index);
  expect(findings.findings.filter(({ state }) => state === 'affected')).toHaveLength(RECORDS.length);
  expect(matchInventory(reading.inventory, index)).toEqual({
    ...findings,
    inventory: inventoryDigest(reading.inventory),
    findings: findings.findings.map((finding): Findings['findings'][number] => ({ ...finding, grade: 'claimed' })),
  });
  expect(reading.inventory.gaps).toEqual(scanned.gaps);
});

test('the same packages in a document of another tool have the same vulnerabilities', () => {
  const components = scanned.components.map(({ purl, name, version }, number) => ({
    'bom-ref': `uuid-${number}`,
    type: 'library',
    name,
    version,
    purl,
  }));
  const document = { bomFormat: 'CycloneDX', specVersion: '1.4', components };
  const reading = readSbom(Buffer.from(JSON.stringify(document)), 'foreign.json');
  if (!reading.ok) throw reading.error;
  const told = ({ findings }: Findings) => findings.map((one) => [one.vulnerability, one.component, one.fixedVersions]);
  expect(told(matchInventory(reading.inventory, index))).toEqual(told(matchInventory(scanned, index)));
});

async function* sources() {
  let line = 0;
  for (const record of RECORDS) yield { raw: Buffer.from(JSON.stringify(record)), file: 'own.jsonl', line: ++line };
}
