import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { canonicalJson, type Digest } from '@stella-ops/engine-kernel';
import type { Finding, Findings } from '@stella-ops/engine-advisories';
import type { Subject } from '@stella-ops/engine-inventory';
import { parsePurl } from '@stella-ops/engine-versions';
import { applyVex, buildVexSet, readOpenVex, readVexSet, type VexDocument, vexSetBytes } from '@stella-ops/engine-vex';
import { corpusTar, describeNeeding } from '@stella-ops/testkit';

interface LooseStatement {
  readonly vulnerability: string | { readonly name?: string; readonly aliases?: readonly string[] };
  readonly products?: readonly (string | { '@id': string; subcomponents?: readonly { '@id': string }[] })[];
  readonly timestamp?: string;
}
interface LooseDocument {
  readonly '@context'?: unknown;
  readonly timestamp?: string;
  readonly statements?: readonly LooseStatement[];
}

const ARCHIVES = ['vex/vex-small.tar.zst', 'vex/vexhub-aqua.tar.zst', 'vex/vexhub-rancher.tar.zst'];

function files(archive: string): { path: string; bytes: Buffer; loose: LooseDocument | undefined }[] {
  return [...corpusTar(archive)].map(([path, bytes]) => {
    try {
      return { path, bytes, loose: JSON.parse(bytes.toString('utf8')) as LooseDocument };
    } catch {
      return { path, bytes, loose: undefined };
    }
  });
}

const isOpenVex = ({ loose }: { loose: LooseDocument | undefined }) =>
  typeof loose?.['@context'] === 'string' && loose['@context'].startsWith('https://openvex.dev/ns');

const documentsOf = (archive: string): VexDocument[] =>
  files(archive)
    .filter(isOpenVex)
    .map(({ path, bytes }) => readOpenVex(bytes, path))
    .map((reading) => (reading.ok ? reading.document : undefined))
    .filter((document) => document !== undefined);

const DIGEST: Digest = `sha256:${'0'.repeat(64)}`;

function findingsOf(findings: readonly Finding[]): Findings {
  return { format: 'stella.findings/v1', inventory: DIGEST, snapshot: DIGEST, findings, coverage: [] };
}

function findingOf(vulnerability: string, purl: string): Finding {
  return {
    vulnerability,
    aliases: [],
    records: [],
    component: purl,
    purl,
    package: purl,
    installedVersion: '',
    fixedVersions: [],
    severity: { level: 'unknown' },
    state: 'affected',
    reachability: 'unknown',
    grade: 'exact',
    trace: [],
  };
}

describeNeeding(['corpus'], 'OpenVEX documents of the field', () => {
  test.each(ARCHIVES)('every document of %s is read with every statement that names a product', (archive) => {
    const found = files(archive).filter(isOpenVex);
    let statements = 0;
    for (const { path, bytes, loose } of found) {
      const reading = readOpenVex(bytes, path);
      const wanted = (loose?.statements ?? []).filter(({ products = [] }) => products.length > 0).length;
      expect([path, reading.ok && reading.document.statements.length]).toEqual([path, wanted]);
      statements += wanted;
    }
    expect(found.length).toBeGreaterThan(20);
    console.log(`${archive}: ${found.length} OpenVEX documents, ${statements} statements`);
  });

  test('what is not OpenVEX is refused with a place, never thrown', () => {
    const others = files('vex/vex-small.tar.zst').filter((file) => !isOpenVex(file));
    for (const { path, bytes, loose } of others) {
      const reading = readOpenVex(bytes, path);
      if (reading.ok) throw new Error(`${path} was read`);
      const [first] = reading.violations;
      expect([path, typeof first?.line]).toEqual([path, loose === undefined ? 'number' : 'undefined']);
    }
    expect(others.length).toBeGreaterThan(20);
  });

  test('every document that is valid by the official schema is read without a warning', () => {
    const schema: unknown = JSON.parse(
      corpusTar('schemas/schemas.tar.zst').get('openvex/openvex_json_schema.json')?.toString('utf8') ?? '',
    );
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    // The vocabulary of formats has no IRI.
    ajv.addFormat('iri', true);
    const isValid = ajv.compile(schema as object);
    const valid = files('vex/vex-small.tar.zst').filter(({ loose }) => isValid(loose));
    for (const { path, bytes } of valid) {
      expect([path, readOpenVex(bytes, path)]).toEqual([path, expect.objectContaining({ ok: true, warnings: [] })]);
    }
    expect(valid.length).toBeGreaterThan(10);
  });

  test('statements about packages in images answer findings of these images, fast on the whole set', () => {
    const before = performance.now();
    const documents = documentsOf('vex/vexhub-rancher.tar.zst');
    const readMs = performance.now() - before;
    const cases = imageCases(files('vex/vexhub-rancher.tar.zst')).filter((_, index) => index % 40 === 0);
    expect(cases.length).toBeGreaterThan(200);

    const bySubject = Map.groupBy(cases, ({ subject }) => canonicalJson(subject));
    let applyMs = 0;
    for (const group of bySubject.values()) {
      const [first] = group;
      if (first === undefined) continue;
      const findings = findingsOf(group.map(({ vulnerability, purl }) => findingOf(vulnerability, purl)));
      const started = performance.now();
      const answered = applyVex(findings, documents, first.subject);
      applyMs = Math.max(applyMs, performance.now() - started);
      for (const [index, { vex }] of answered.findings.entries()) {
        const { newest } = group[index] ?? {};
        // Statements with less in their purls may speak of it too, and later.
        expect(vex?.timestamp !== undefined && Date.parse(vex.timestamp) >= (newest ?? Infinity)).toBe(true);
        expect(vex?.status).toBe('not_affected');
      }
    }

    // A subject of which nobody speaks.
    const strangers = findingsOf(cases.map(({ vulnerability, purl }) => findingOf(vulnerability, purl)));
    const stranger: Subject = { kind: 'image', name: 'registry.example/nobody/nothing:1', digest: DIGEST };
    const started = performance.now();
    const untouched = applyVex(strangers, documents, stranger);
    applyMs = Math.max(applyMs, performance.now() - started);
    expect(untouched.findings.filter(({ vex }) => vex !== undefined)).toEqual([]);
    console.log(
      `${documents.length} documents read in ${Math.round(readMs)} ms; ${cases.length} findings in ${bySubject.size} images, longest application ${Math.round(applyMs)} ms`,
    );
    expect(applyMs).toBeLessThan(10_000);
  });

  test('a set cut out for findings answers them like all documents', () => {
    const documents = documentsOf('vex/vexhub-aqua.tar.zst');
    const cases = imageCases(files('vex/vexhub-aqua.tar.zst'));
    const [first] = cases;
    const subject = first?.subject ?? { kind: 'image', name: 'x' };
    const findings = findingsOf(cases.slice(0, 50).map(({ vulnerability, purl }) => findingOf(vulnerability, purl)));
    const read = readVexSet(vexSetBytes(buildVexSet(documents, findings)), 'vex.json');
    expect(read.length).toBeLessThan(documents.length);
    expect(applyVex(findings, read, subject)).toEqual(applyVex(findings, documents, subject));
    expect(applyVex(findings, read.toReversed(), subject)).toEqual(applyVex(findings, documents, subject));
  });
});

interface ImageCase {
  readonly subject: Subject;
  readonly vulnerability: string;
  readonly purl: string;
  /** Newest time at which exactly this was said, found by a plain walk over the JSON. */
  readonly newest: number;
}

/** Distinct (image, package, vulnerability) of statements about readable packages in images known by repository. */
function imageCases(all: readonly { loose: LooseDocument | undefined }[]): ImageCase[] {
  const cases = new Map<string, ImageCase>();
  for (const { loose } of all) {
    for (const { vulnerability, products = [], timestamp } of loose?.statements ?? []) {
      const name = typeof vulnerability === 'string' ? vulnerability : (vulnerability.name ?? '');
      const newest = Date.parse(timestamp ?? loose?.timestamp ?? '1970-01-01T00:00:00Z');
      for (const product of products) {
        if (typeof product === 'string' || !product['@id'].startsWith('pkg:oci/')) continue;
        const image = parsePurl(product['@id']);
        const repository = image.ok ? image.purl.qualifiers?.['repository_url'] : undefined;
        if (repository === undefined) continue;
        for (const { '@id': purl } of product.subcomponents ?? []) {
          if (!parsePurl(purl).ok) continue;
          const key = `${product['@id']} ${purl} ${name}`;
          if ((cases.get(key)?.newest ?? -1) >= newest) continue;
          cases.set(key, { subject: { kind: 'image', name: `${repository}:1.0` }, vulnerability: name, purl, newest });
        }
      }
    }
  }
  return [...cases.values()];
}
