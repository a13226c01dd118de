import { type Inventory, inventoryBytes, readSbom, type SbomReading, summarize } from '@stella-ops/engine-inventory';
import { corpusTar, describeNeeding } from '@stella-ops/testkit';
import { beforeAll, expect, test } from 'vitest';

interface Case {
  readonly path: string;
  readonly bytes: Buffer;
  readonly reading: SbomReading;
}

function readAll(archive: string, isWanted: (path: string) => boolean): Case[] {
  return [...corpusTar(archive)]
    .filter(([path]) => isWanted(path))
    .map(([path, bytes]) => ({ path, bytes, reading: readSbom(bytes, path) }));
}

/** Paths with what went wrong: empty when all were read and have a canonical form. */
function failures(cases: readonly Case[]): string[] {
  return cases.flatMap(({ path, reading }) => {
    if (!reading.ok) return [`${path}: ${reading.error.code} ${reading.error.message}`];
    inventoryBytes(reading.inventory);
    return [];
  });
}

const codes = (cases: readonly Case[]) => new Set(cases.map(({ reading }) => (reading.ok ? 'ok' : reading.error.code)));

const isJson = (path: string) => path.endsWith('.json');

describeNeeding(['corpus'], 'CycloneDX documents of the specification', () => {
  const named = (prefix: string) => (path: string) => isJson(path) && (path.split('/').at(-1) ?? '').startsWith(prefix);

  test('every valid JSON case of 1.2 to 1.7 is read', () => {
    const cases = readAll('sbom/cyclonedx-spec-cases.tar.zst', named('valid-'));
    expect(cases.length).toBeGreaterThan(100);
    expect(failures(cases)).toEqual([]);
  });

  test('an invalid case is read with what is usable or refused as invalid, never with an exception', () => {
    const cases = readAll('sbom/cyclonedx-spec-cases.tar.zst', named('invalid-'));
    expect(cases.length).toBeGreaterThan(50);
    expect([...codes(cases)].toSorted()).toEqual(['SBOM_INVALID', 'ok']);
  });

  test('the XML and text twins are refused by name', () => {
    const cases = readAll('sbom/cyclonedx-spec-cases.tar.zst', (path) => path.endsWith('.xml'));
    expect(cases.length).toBeGreaterThan(100);
    expect([...codes(cases)]).toEqual(['SBOM_FORMAT_UNSUPPORTED']);
  });

  test('the example documents are read, and components are not lost', () => {
    const cases = readAll('sbom/cyclonedx-bom-examples.tar.zst', isJson);
    expect(failures(cases)).toEqual([]);
    for (const { path, bytes, reading } of cases) {
      const purls = new Set<unknown>();
      JSON.parse(bytes.toString(), (key, value: unknown) => (key === 'purl' && purls.add(value), value));
      const read = reading.ok ? reading.inventory.components.filter(({ purl }) => purl !== undefined).length : -1;
      expect([path, read]).toEqual([path, purls.size]);
    }
  });
});

describeNeeding(['corpus'], 'documents of other tools', () => {
  test('every CycloneDX and SPDX 2 JSON snapshot is read', () => {
    const isBroken = /\/bad-sbom$|SPDX3|\/3\.0\.json$/;
    const isWanted = (path: string) =>
      /cyclonedxjson|spdxjson|trivy\/pkg/.test(path) && /\.(?:json|golden)$/.test(path) && !isBroken.test(path);
    const cases = readAll('sbom/sbom-tool-snapshots.tar.zst', isWanted);
    expect(cases.length).toBeGreaterThan(30);
    expect(failures(cases)).toEqual([]);
  });

  test('one image of Trivy gives the same packages as CycloneDX, as SPDX and inside an envelope', () => {
    const inventories = ['centos-7-cyclonedx.json', 'centos-7-cyclonedx.intoto.jsonl', 'centos-7-spdx.json'].map(
      (name) => {
        const [one] = readAll('scanners/trivy-integration.tar.zst', (path) => path.endsWith(`/${name}`));
        if (one === undefined || !one.reading.ok) throw new Error(name);
        return one.reading.inventory;
      },
    );
    const [first, ...others] = inventories.map(packagesOf);
    expect(first?.components.map(({ source }) => source)).toEqual([
      { name: 'bash', version: '4.2.46-31.el7' },
      { name: 'openssl', version: '1:1.0.2k-16.el7' },
    ]);
    expect(first?.distro).toEqual({ id: 'centos', versionId: '7.6.1810' });
    // Trivy's SPDX of that version names the binary where its CycloneDX names the source.
    for (const other of others) {
      expect(other.distro).toEqual(first?.distro);
      expect(other.components.map(withoutSource)).toEqual(first?.components.map(withoutSource));
    }
  });
});

describeNeeding(['corpus'], 'SPDX documents', () => {
  let manyTools: Case[] = [];
  beforeAll(() => {
    manyTools = readAll('sbom/spdx-same-image-many-tools.tar.zst', isJson);
  });

  test('of the examples are read when they are JSON of SPDX 2, and named when they are not', () => {
    const cases = readAll('sbom/spdx-examples.tar.zst', () => true);
    const isTwo = ({ path, bytes }: Case) => isJson(path) && /"SPDX-2\.[23]"/.test(bytes.toString());
    expect(failures(cases.filter(isTwo))).toEqual([]);
    const others = cases.filter((one) => !isTwo(one));
    expect(others.length).toBeGreaterThan(10);
    expect([...codes(others)]).toEqual(['SBOM_FORMAT_UNSUPPORTED']);
  });

  test('of real projects are read; the one with trailing garbage is not JSON', () => {
    const cases = readAll('sbom/spdx-in-the-wild.tar.zst', isJson);
    expect(cases.length).toBeGreaterThan(10);
    expect(failures(cases)).toEqual([expect.stringContaining('powershell-2.2.6.spdx.json: JSON_INVALID')]);
  });

  test('in another serialisation, version or encoding are named with the way out', () => {
    const cases = readAll('sbom/spdx-serialisations.tar.zst', () => true);
    const wide = cases.filter(({ path }) => path.includes('UTF-16'));
    expect(wide.length).toBeGreaterThan(0);
    for (const { reading } of wide) {
      expect(reading).toMatchObject({ ok: false, error: { code: 'SBOM_FORMAT_UNSUPPORTED' } });
      expect(reading.ok ? '' : reading.error.hint).toContain('UTF-8');
    }
    const two = cases.filter(({ path }) => /SPDXJSONExample-v2|ControlCharacters/.test(path));
    expect(failures(two)).toEqual([]);
    for (const { reading } of cases) {
      if (!reading.ok) expect(['SBOM_FORMAT_UNSUPPORTED', 'SBOM_INVALID']).toContain(reading.error.code);
    }
  });

  test('of four generators on the same images are all read', () => {
    expect(failures(manyTools)).toEqual([]);
    const byTool = new Map<string, { documents: number; components: number; withPurl: number; gaps: number }>();
    for (const { path, reading } of manyTools) {
      const tool = /\/spdx-([a-z]+)-[^/]*$/.exec(path)?.[1] ?? '?';
      const row = byTool.get(tool) ?? { documents: 0, components: 0, withPurl: 0, gaps: 0 };
      byTool.set(tool, row);
      if (!reading.ok) continue;
      const { components, gaps } = reading.inventory;
      row.documents++;
      row.components += summarize(reading.inventory).components;
      row.withPurl += components.filter(({ purl }) => purl !== undefined).length;
      row.gaps += gaps.length;
    }
    console.log(Object.fromEntries(byTool));
    expect([...byTool.keys()].toSorted()).toEqual(['bom', 'syft', 'tern', 'trivy']);
    for (const row of byTool.values()) expect(row.components).toBeGreaterThan(500);
  });

  test('of Syft and Trivy agree on the packages of the distribution of one image', () => {
    const images = new Map<string, Map<string, Inventory>>();
    for (const { path, reading } of manyTools) {
      const [, tool = '', image = ''] = /\/spdx-([a-z]+)-([^/]*)$/.exec(path) ?? [];
      if (!reading.ok) continue;
      images.set(image, (images.get(image) ?? new Map<string, Inventory>()).set(tool, reading.inventory));
    }
    const compared: string[] = [];
    const unequal: string[] = [];
    for (const [image, tools] of images) {
      const [syft, trivy] = [tools.get('syft'), tools.get('trivy')].map(alpineSources);
      if (syft === undefined || trivy === undefined || syft.length === 0 || trivy.length === 0) continue;
      compared.push(image);
      if (syft.join('\n') !== trivy.join('\n')) unequal.push(image);
    }
    expect(compared.length).toBeGreaterThan(20);
    expect(unequal).toEqual([]);
  });
});

function packagesOf({ components, distro }: Inventory) {
  return { distro, components: components.map(({ ref, version, source }) => ({ ref, version, source })) };
}

const withoutSource = ({ ref, version }: { ref: string; version?: string | undefined }) => ({ ref, version });

/** Name, version and source of apk packages: what advisories of Alpine are matched by. */
function alpineSources(inventory: Inventory | undefined): string[] | undefined {
  const apk = inventory?.components.filter(({ type }) => type === 'apk');
  return apk?.map(({ name, version, source }) => `${name} ${version} ${source?.name ?? name}`).toSorted();
}
