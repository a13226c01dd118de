import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, Findings } from '@stella-ops/engine-advisories';
import {
  corpusPath,
  describeNeeding,
  type RealImages,
  realImages,
  sbomSchemas,
  type SbomSchemas,
  stella,
  temporaryFolder,
} from '@stella-ops/testkit';
import { beforeAll, expect, test } from 'vitest';

describeNeeding(['docker', 'debootstrap', 'python', 'go', 'corpus'], 'real images against public advisories', () => {
  const folder = temporaryFolder('findings');
  const index = join(folder, 'advisories.idx');
  let images: RealImages;
  let findings: readonly Finding[];
  let report: Findings;
  let schemas: SbomSchemas;

  beforeAll(async () => {
    images = realImages();
    schemas = sbomSchemas();
    const sources = readdirSync(corpusPath('advisories'))
      .filter((name) => /^osv-.*\.jsonl\.zst$/.test(name))
      .map((name) => corpusPath(join('advisories', name)));
    const built = await stella(['advisories', 'build', ...sources, '--output', index, '--format', 'json']);
    expect(built, built.stderr).toMatchObject({ exit: 0 });
    console.log(`advisory index: ${built.stdout.trim()}`);
    report = await match(`docker-archive:${images.vulnerable}`);
    findings = report.findings;
    console.log(`findings: ${findings.length} in the vulnerable image`);
  });

  async function match(source: string, ...more: string[]): Promise<Findings> {
    const run = await stella(['findings', 'match', source, '--advisories', index, '--format', 'json', ...more]);
    expect(run, run.stderr).toMatchObject({ exit: 0 });
    return JSON.parse(run.stdout) as Findings;
  }

  const found = (id: string): Finding => {
    const finding = findings.find((one) => one.vulnerability === id || one.aliases.includes(id));
    expect(finding, id).toBeDefined();
    return finding as Finding;
  };

  test.each([
    ['CVE-2021-33503', 'PYSEC-2021-108', 'urllib3', '1.26.4', '1.26.5'],
    ['CVE-2023-43804', 'PYSEC-2023-192', 'urllib3', '1.26.4', '1.26.17'],
    ['CVE-2023-32681', 'PYSEC-2023-74', 'requests', '2.25.1', '2.31.0'],
    ['CVE-2022-23491', 'PYSEC-2022-42986', 'certifi', '2022.9.24', '2022.12.7'],
    ['CVE-2021-38561', 'GO-2021-0113', 'golang.org/x/text', 'v0.3.5', '0.3.7'],
    ['CVE-2022-32149', 'GO-2022-1059', 'golang.org/x/text', 'v0.3.5', '0.3.8'],
    [
      'CVE-2022-28948',
      'GO-2022-0603',
      'gopkg.in/yaml.v3',
      'v3.0.0-20200313102051-9f266ea9e77c',
      '3.0.0-20220521103104-8f96da9f5d5e',
    ],
  ])('%s is found through %s in %s %s, fixed in %s', (cve, record, name, installed, fixed) => {
    const finding = found(cve);
    expect(finding).toMatchObject({
      package: name,
      installedVersion: installed,
      state: 'affected',
      reachability: 'unknown',
    });
    expect(finding.records).toContain(record);
    expect(finding.fixedVersions).toContain(fixed);
    expect(finding.layer).toMatch(/^sha256:/);
    expect(finding.file).toBeDefined();
    expect(finding.trace.some((row) => row.record === record && row.sentence.length > 10)).toBe(true);
  });

  test('what was fixed before the installed version is not found', () => {
    for (const id of ['CVE-2021-28363', 'CVE-2020-26137', 'CVE-2018-18074', 'CVE-2020-14040']) {
      expect(
        findings.filter((one) => one.vulnerability === id),
        id,
      ).toEqual([]);
    }
  });

  test('the fixed releases have none of these findings', async () => {
    const fixed = await match(`docker-archive:${images.fixed}`);
    const named = new Set(['urllib3', 'requests', 'golang.org/x/text', 'gopkg.in/yaml.v3']);
    expect(fixed.findings.filter((one) => named.has(one.package) && one.state === 'affected')).toEqual([]);
  });

  test('ecosystems without a source are said, so that silence never reads as clean', () => {
    expect(report.coverage.find((row) => row.ecosystem.startsWith('deb'))).toMatchObject({ state: 'no-source' });
    expect(report.coverage.find((row) => row.ecosystem === 'pypi')).toMatchObject({ state: 'evaluated' });
    expect(report.coverage.find((row) => row.ecosystem === 'golang')).toMatchObject({ state: 'evaluated' });
  });

  test.each(['cyclonedx-json', 'spdx-json'])(
    'the image and its own SBOM in %s, valid by the official schema, have the same findings',
    async (format) => {
      const sbom = join(folder, `shop.${format}`);
      const run = await stella(['scan', `docker-archive:${images.vulnerable}`, '--format', format, '--output', sbom]);
      expect(run, run.stderr).toMatchObject({ exit: 0, stdout: '' });
      const document = JSON.parse(readFileSync(sbom, 'utf8')) as unknown;
      expect(format === 'spdx-json' ? schemas.spdx(document) : schemas.cyclonedx(document)).toEqual([]);
      const key = (one: Finding): string => `${one.vulnerability} ${one.purl} ${one.state} ${one.fixedVersions.join()}`;
      expect((await match(sbom)).findings.map(key)).toEqual(findings.map(key));
    },
  );

  test('--fail-on answers with exit 6, and a VEX statement takes the finding out of it', async () => {
    const sbom = join(folder, 'one.cdx.json');
    const component = {
      type: 'library',
      name: 'urllib3',
      version: '1.26.4',
      purl: 'pkg:pypi/urllib3@1.26.4',
      'bom-ref': 'u',
    };
    writeFileSync(
      sbom,
      JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components: [component] }),
    );
    const { findings: all } = await match(sbom);
    const statements = all.map((one) => ({
      vulnerability: { name: one.vulnerability },
      products: [{ '@id': 'pkg:pypi/urllib3@1.26.4' }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
    }));
    const vex = join(folder, 'all.openvex.json');
    writeFileSync(
      vex,
      JSON.stringify({
        '@context': 'https://openvex.dev/ns/v0.2.0',
        '@id': 'https://shop.example/v',
        author: 'x',
        timestamp: '2026-01-01T00:00:00Z',
        version: 1,
        statements,
      }),
    );
    const gate = ['findings', 'match', sbom, '--advisories', index, '--fail-on', 'low'];
    expect((await stella(gate)).exit).toBe(6);
    expect((await stella([...gate, '--vex', vex])).exit).toBe(0);
  });
});
