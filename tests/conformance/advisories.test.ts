import {
  type Advisory,
  type AdvisoryIndex,
  cutSlice,
  describeIndex,
  type IndexStats,
  matchInventory,
  matchSlice,
  openIndex,
  readAdvisorySources,
  readOsv,
  scoreVector,
  type SourceRecord,
  writeIndex,
} from '@stella-ops/engine-advisories';
import type { Component, Inventory } from '@stella-ops/engine-inventory';
import { compareText, digestOf } from '@stella-ops/engine-kernel';
import { comparatorFor } from '@stella-ops/engine-versions';
import { corpusJsonLines, corpusLines, corpusPath, corpusTar, describeNeeding } from '@stella-ops/testkit';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const osvFiles = (): string[] =>
  readdirSync(corpusPath('advisories')).filter((name) => name.startsWith('osv-') && name.endsWith('.jsonl.zst'));

function advisoriesOf(file: string): Advisory[] {
  return corpusLines(`advisories/${file}`).map((line) => {
    const read = readOsv(Buffer.from(line), file);
    if (!read.ok) throw new Error(`${file}: ${JSON.stringify(read.violations)}`);
    return read.advisory;
  });
}

const component = (type: string, name: string, version: string): Component => ({
  ref: `pkg:${type}/${name}@${version}`,
  kind: 'library',
  type,
  name,
  version,
  locations: [],
  evidence: { analyzer: 'conformance', grade: 'exact' },
});

const inventory = (components: readonly Component[]): Inventory => ({
  format: 'stella.inventory/v1',
  subject: { kind: 'sbom', name: 'conformance' },
  distro: { id: 'almalinux', versionId: '9.2' },
  layers: [],
  components: [...new Map(components.map((one) => [one.ref, one])).values()].sort((a, b) => compareText(a.ref, b.ref)),
  relations: [],
  gaps: [],
  analyzers: {},
});

/** Component → ids of the records that affect it. */
function affecting(index: AdvisoryIndex, components: readonly Component[]): (one: Component) => ReadonlySet<string> {
  const records = new Map<string, Set<string>>();
  for (const finding of matchInventory(inventory(components), index).findings) {
    if (finding.state !== 'affected') continue;
    records.set(finding.component, new Set([...(records.get(finding.component) ?? []), ...finding.records]));
  }
  return ({ ref }) => records.get(ref) ?? new Set();
}

/** An index of these records, read back whole and removed at once. */
async function builtFrom(records: AsyncIterable<SourceRecord>): Promise<{ bytes: Buffer; stats: IndexStats }> {
  const folder = mkdtempSync(join(tmpdir(), 'advisories-'));
  try {
    const out = join(folder, 'corpus.idx');
    const stats = await writeIndex(records, { out, strict: true });
    return { bytes: readFileSync(out), stats };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describeNeeding(['corpus'], 'advisories of the corpus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'advisories-'));
  const path = join(folder, 'corpus.idx');
  let index: AdvisoryIndex;
  let stats: IndexStats;

  beforeAll(async () => {
    const sources = osvFiles().map((name) => corpusPath(`advisories/${name}`));
    stats = await writeIndex(readAdvisorySources(sources), { out: path, strict: true });
    index = openIndex(path);
  });
  afterAll(() => {
    index.close();
    rmSync(folder, { recursive: true });
  });

  test('every record is read, kept and comes back byte for byte', () => {
    const lines = osvFiles().flatMap((name) => corpusLines(`advisories/${name}`));
    const digests = new Set(lines.map((line) => digestOf(line)));
    const ids = new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
    index.verify();
    let same = 0;
    for (const record of index.records()) if (digests.has(digestOf(index.raw(record)))) same++;
    const { totalBytes, hotBytes, ecosystems } = describeIndex(index);
    console.log(
      `${lines.length} records, ${ids.size} ids: ${same} kept byte for byte, ${stats.superseded} superseded, ${stats.broken} broken; ` +
        `${stats.sizes.rawBytes} bytes as ${totalBytes}, ${hotBytes} of them hot; ${ecosystems.length} ecosystems`,
    );
    expect(same).toBe(ids.size);
    expect(stats).toMatchObject({ records: ids.size, superseded: lines.length - ids.size, broken: 0 });
    expect(totalBytes).toBeLessThan(stats.sizes.rawBytes / 5);
  });

  test('the same records in another order give the same bytes', async () => {
    const records = osvFiles().flatMap((file) =>
      corpusLines(`advisories/${file}`).map((line): SourceRecord => ({ raw: Buffer.from(line), file })),
    );
    const keyed = records.map((record) => ({ record, key: digestOf(record.raw) }));
    keyed.sort((a, b) => compareText(a.key, b.key));
    async function* shuffled(): AsyncGenerator<SourceRecord> {
      for (const { record } of keyed) yield record;
    }
    const { bytes } = await builtFrom(shuffled());
    expect(digestOf(bytes)).toBe(digestOf(readFileSync(path)));
  });

  test('an index built from an index is that index', async () => {
    const { bytes } = await builtFrom(readAdvisorySources([path]));
    expect(digestOf(bytes)).toBe(digestOf(readFileSync(path)));
  });

  test('Go: what is fixed is not affected, what is introduced is', () => {
    const events = advisoriesOf('osv-go.jsonl.zst')
      .filter(({ withdrawn }) => withdrawn === undefined)
      .flatMap(({ id, affected }) =>
        affected.flatMap(({ name, ranges }) =>
          ranges
            .flatMap((range) => range.events)
            .filter(({ version }) => version !== '0')
            .map((event) => ({
              ...event,
              id,
              one: component('golang', name, event.version),
              blocks: affected.filter((block) => block.name === name).length,
            })),
        ),
      );
    const recordsOf = affecting(
      index,
      events.map(({ one }) => one),
    );
    const unexpected = events.filter(({ id, kind, one }) => recordsOf(one).has(id) !== (kind === 'introduced'));
    const count = (kind: string) => events.filter((event) => event.kind === kind).length;
    console.log(
      `Go: ${count('fixed')} fixed, ${count('introduced')} introduced versions, ${unexpected.length} decided by another block`,
    );
    // Fixed in one block of the module, still affected by another one of the same record.
    expect(unexpected.every(({ kind, blocks }) => kind === 'fixed' && blocks > 1)).toBe(true);
    expect(unexpected).toHaveLength(20);
    expect([count('fixed'), count('introduced')]).toEqual([3_939, 1_771]);
  });

  // What the database itself enumerates beside its ranges. PYSEC-2021-114 has overlapping intervals of which one ends
  // at 2.11.6; the ranges of PYSEC-2023-61 begin at a final release whose pre-releases are enumerated.
  const OUTLIERS = [
    'PYSEC-2021-114 2.11.6',
    'PYSEC-2023-61 3.2a1',
    'PYSEC-2023-61 3.2b1',
    'PYSEC-2023-61 3.2rc1',
    'PYSEC-2023-61 4.2a1',
    'PYSEC-2023-61 4.2b1',
    'PYSEC-2023-61 4.2rc1',
  ];

  test('PyPI: the ranges hold every version that is enumerated beside them, but for the known outliers', async () => {
    const pep440 = comparatorFor('PyPI');
    async function* withoutLists(): AsyncGenerator<SourceRecord> {
      for (const advisory of corpusJsonLines<{ affected: readonly object[] }>('advisories/osv-pypa.jsonl.zst')) {
        const affected = advisory.affected.map((block) => ({ ...block, versions: [] }));
        yield { raw: Buffer.from(JSON.stringify({ ...advisory, affected, withdrawn: null })), file: 'pypa' };
      }
    }
    const out = join(folder, 'ranges.idx');
    await writeIndex(withoutLists(), { out, strict: true });
    const rangesOnly = openIndex(out);
    const blocks = advisoriesOf('osv-pypa.jsonl.zst').flatMap(({ id, affected }) =>
      affected
        .filter(({ ranges, versions }) => versions.length > 0 && ranges.some(({ type }) => type !== 'GIT'))
        .map(({ name, versions }) => ({ id, components: versions.map((version) => component('pypi', name, version)) })),
    );
    const recordsOf = affecting(
      rangesOnly,
      blocks.flatMap(({ components }) => components),
    );
    let inside = 0;
    let invalid = 0;
    const outside: string[] = [];
    for (const { id, components } of blocks) {
      for (const one of components) {
        if (!recordsOf(one).has(id)) outside.push(`${id} ${one.version}`);
        else if (pep440?.isValid(one.version ?? '') === true) inside++;
        else invalid++;
      }
    }
    rangesOnly.close();
    console.log(
      `PyPI: ${blocks.length} blocks, ${inside} enumerated versions inside, ${invalid} inside but no PEP 440, ${outside.length} outside`,
    );
    expect(outside.sort()).toEqual(OUTLIERS);
    expect({ blocks: blocks.length, inside, invalid }).toEqual({ blocks: 1_966, inside: 104_096, invalid: 86 });
  });

  test('index and slice give the same findings for every package of the corpus', () => {
    const types = new Map([
      ['PyPI', 'pypi'],
      ['Go', 'golang'],
      ['npm', 'npm'],
      ['crates.io', 'cargo'],
      ['Hex', 'hex'],
      ['CRAN', 'cran'],
      ['Hackage', 'hackage'],
      ['Julia', 'julia'],
      ['opam', 'opam'],
      ['Bitnami', 'bitnami'],
      ['AlmaLinux:9', 'rpm'],
    ]);
    const named = new Map<string, Set<string>>();
    for (const { affected } of osvFiles().flatMap((name) => advisoriesOf(name))) {
      for (const { ecosystem, name, ranges, versions } of affected) {
        const type = types.get(ecosystem);
        if (type === undefined) continue;
        const key = `${type}\0${name}`;
        const some = named.get(key) ?? new Set();
        for (const { version } of ranges.flatMap(({ events }) => events)) some.add(version);
        for (const version of versions.slice(0, 3)) some.add(version);
        named.set(key, some);
      }
    }
    let components = 0;
    let findings = 0;
    // Every package with two of the versions that records speak of, the rest of each choice by digest.
    const all = [...named].flatMap(([key, versions]) => {
      const [type = '', name = ''] = key.split('\0');
      const chosen = [...versions].sort((a, b) => compareText(digestOf(key + a), digestOf(key + b))).slice(0, 2);
      return chosen.map((version) => component(type, name, version));
    });
    for (let start = 0; start < all.length; start += 2_000) {
      const part = inventory(all.slice(start, start + 2_000));
      const byIndex = matchInventory(part, index);
      expect(matchSlice(part, cutSlice(part, index))).toEqual(byIndex);
      components += part.components.length;
      findings += byIndex.findings.length;
    }
    console.log(`slices: ${components} components, ${findings} findings, all equal`);
    expect(findings).toBeGreaterThan(components);
  });

  test('a public service gave the same records for the same versions', () => {
    let wanted = 0;
    let found = 0;
    const newer: string[] = [];
    const wrong: string[] = [];
    for (const [key, ids] of recordedAnswers()) {
      const [type = '', name = '', version = ''] = key.split('\0');
      const one = component(type, name, version);
      const ours = affecting(index, [one])(one);
      for (const id of ids) {
        if (index.record(id) === undefined) continue;
        wanted++;
        if (ours.has(id)) found++;
        else wrong.push(`${id} ${name} ${version}`);
      }
      const lastKnown =
        [...ids]
          .filter((id) => id.startsWith('GO-'))
          .sort(compareText)
          .at(-1) ?? '';
      for (const id of ours) {
        if (ids.has(id)) continue;
        // The answers were recorded before these were published or widened.
        if (id.startsWith('GO-2026-') && lastKnown.startsWith('GO-2026-')) newer.push(id);
        else wrong.push(`${id} ${name} ${version}`);
      }
    }
    console.log(
      `recorded answers: ${found} of ${wanted} records found, ${new Set(newer).size} newer than the recording`,
    );
    expect(wrong).toEqual([]);
    expect(wanted).toBe(120);
    expect(new Set(newer).size).toBe(7);
  });

  test('matches that people judged right are found', () => {
    const known = new Map<string, string>();
    for (const [file, type] of [
      ['osv-pypa.jsonl.zst', 'pypi'],
      ['osv-go.jsonl.zst', 'golang'],
    ] as const) {
      for (const { id, aliases, withdrawn, affected } of advisoriesOf(file)) {
        if (withdrawn !== undefined) continue;
        for (const { name } of affected) for (const alias of [id, ...aliases]) known.set(`${name}\0${alias}`, type);
      }
    }
    const judged = new Map<string, boolean>();
    for (const label of corpusJsonLines<Label>('scanners/match-labels.jsonl.zst')) {
      const { name, version } = label.package ?? {};
      if (label.label !== 'TP' || typeof name !== 'string' || typeof version !== 'string') continue;
      for (const id of [label.effective_cve, label.vulnerability_id]) {
        const type = known.get(`${name.toLowerCase()}\0${id}`);
        if (type === undefined) continue;
        const { findings } = matchInventory(inventory([component(type, name.toLowerCase(), version)]), index);
        judged.set(
          `${name} ${version} ${id}`,
          findings.some((one) => one.state === 'affected' && [one.vulnerability, ...one.aliases].includes(id)),
        );
      }
    }
    const missed = [...judged].filter(([, found]) => !found).map(([key]) => key);
    console.log(`labels: ${judged.size - missed.length} of ${judged.size} found`);
    // The records name no range that holds these versions: PYSEC-2021-439 begins at 2.2, PYSEC-2021-855 ends below 1.21.2.
    expect(missed.sort()).toEqual([
      'Django 1.11.29 CVE-2021-44420',
      'Django 1.11.29 GHSA-v6rh-hp5x-86rv',
      'numpy 1.21.2 CVE-2021-34141',
      'numpy 1.21.2 GHSA-fpfv-jqm9-f5jm',
    ]);
  });
});

interface Label {
  readonly label: string;
  readonly effective_cve: string;
  readonly vulnerability_id: string;
  readonly package?: { readonly name?: string | null; readonly version?: string | null };
}

/** `type\0name\0version` → ids, out of recorded queries for Go and PyPI. */
function recordedAnswers(): Map<string, Set<string>> {
  const answers = new Map<string, Set<string>>();
  for (const [path, bytes] of corpusTar('scanners/osv-scanner.tar.zst')) {
    if (!path.includes('/cassettes/')) continue;
    const bodies = jsonBodies(bytes.toString('utf8'));
    for (const [i, { queries = [] }] of bodies.entries()) {
      for (const [j, { package: { ecosystem, name } = {}, version = '' }] of queries.entries()) {
        const type = ecosystem === 'Go' ? 'golang' : ecosystem === 'PyPI' ? 'pypi' : undefined;
        if (type === undefined || name === undefined) continue;
        const ids = (bodies[i + 1]?.results?.[j]?.vulns ?? []).map(({ id }) => id);
        answers.set(`${type}\0${name}\0${version}`, new Set(ids));
      }
    }
  }
  return answers;
}

interface Body {
  readonly queries?: readonly {
    readonly package?: { readonly ecosystem?: string; readonly name?: string };
    readonly version?: string;
  }[];
  readonly results?: readonly { readonly vulns?: readonly { readonly id: string }[] }[];
}

/** Bodies of requests and answers, in turn: block texts of a YAML recording, indented by eight. */
function jsonBodies(recording: string): Body[] {
  return recording
    .split(/^ +body: \|\n/m)
    .slice(1)
    .flatMap((rest): Body[] => {
      const end = rest.search(/^ {0,7}\S/m);
      try {
        return [JSON.parse(end < 0 ? rest : rest.slice(0, end)) as Body];
      } catch {
        return [];
      }
    });
}

describeNeeding(['corpus'], 'documents and vectors of the corpus', () => {
  test('OSV documents of the schema’s own tools are read, or what is wrong with them is said', () => {
    const results = [...corpusTar('advisories/osv-schema-samples.tar.zst')]
      .filter(([path]) => path.endsWith('.json'))
      .map(([path, bytes]) => ({ path, read: readOsv(bytes, path) }));
    const refused = results.filter(({ read }) => !read.ok).map(({ path }) => path);
    console.log(`samples: ${results.length - refused.length} read, ${refused.length} refused`);
    expect(results).toHaveLength(31);
    // Inputs of converters: no OSV, and without an id.
    expect(refused.every((path) => /\/(ghsa|redhat)\/testdata\//.test(path) && !path.endsWith('.osv.json'))).toBe(true);
    expect(refused).toHaveLength(13);
  });

  test('every CVSS vector has its published score', () => {
    const sets = new Map<string, { right: number; wrong: string[] }>();
    for (const line of corpusLines('tables/cvss.tsv.zst')) {
      const [set = '', vector = '', scores = ''] = line.split('\t');
      const count = sets.get(set) ?? { right: 0, wrong: [] };
      // The first of the tuple is the base score; a v4 vector has one score.
      if (scoreVector(vector)?.score === Number.parseFloat(scores.replace('(', ''))) count.right++;
      else count.wrong.push(line);
      sets.set(set, count);
    }
    console.log([...sets].map(([set, { right, wrong }]) => `${set} ${right}/${right + wrong.length}`).join(', '));
    expect([...sets.values()].flatMap(({ wrong }) => wrong)).toEqual([]);
    expect([...sets.values()].reduce((sum, { right }) => sum + right, 0)).toBe(5_792);
  });
});
