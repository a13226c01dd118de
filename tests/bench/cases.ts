import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { has, type Part, realImages } from '@stella-ops/testkit';
import type { Program, Summary } from './measure.ts';

export interface Goal {
  readonly name: string;
  readonly most: number;
  /** A promise for later: shown, and not yet held against a run. */
  readonly isPromise?: true;
  value(summaries: readonly Summary[]): number | undefined;
}

export interface BenchCase {
  readonly name: string;
  /** What the machine lacks for it, if anything. */
  lacks(): string | undefined;
  prepare(): Promise<{ readonly programs: readonly Program[]; readonly goals: readonly Goal[] }>;
}

const root = join(import.meta.dirname, '..', '..');
/** The program as it ships; `run.ts` builds it first. */
const stella = join(root, 'dist', 'cli', 'bin', 'stella');
const work = join(tmpdir(), 'stella-bench');
const env = { STELLA_CACHE_DIR: join(work, 'cache'), NODE_COMPILE_CACHE: join(work, 'compiled') };

const ours = (name: string, ...args: string[]): Program => ({ name, command: [stella, ...args], env });

const IMAGE_PARTS: readonly Part[] = ['docker', 'debootstrap', 'skopeo', 'go', 'python'];
const lacking = (parts: readonly Part[]) => () => {
  mkdirSync(work, { recursive: true });
  const missing = parts.filter((part) => !has(part));
  return missing.length === 0 ? undefined : missing.join(', ');
};

const seconds = (name: string, most: number): Goal => ({
  name: `${name} in seconds`,
  most,
  value: (summaries) => summaries.find((one) => one.name === name)?.seconds,
});

/** Ours (the first row) against a peer. */
const ratio = (peer: string, what: 'seconds' | 'peakMb', most: number): Goal => ({
  name: `${what === 'seconds' ? 'time' : 'memory'} against ${peer}`,
  most,
  value: (summaries) => {
    const theirs = summaries.find((one) => one.name === peer)?.[what];
    const mine = summaries[0]?.[what];
    return theirs === undefined || mine === undefined ? undefined : mine / theirs;
  },
});

/** What our run takes beyond a process that only prints its version. */
const beyondStart = (most: number): Goal => ({
  name: 'seconds of work beyond process start',
  most,
  value: ([first, second]) =>
    first === undefined || second === undefined ? undefined : first.seconds - second.seconds,
});

type Archive = 'debian' | 'vulnerable';

/** An OCI layout with gzip layers, made once from a docker-archive. */
function layout(name: Archive): string {
  const folder = join(work, `${name}-oci`);
  if (!existsSync(folder)) {
    const making = `${folder}.making`;
    rmSync(making, { recursive: true, force: true });
    const args = [
      'copy',
      '--insecure-policy',
      '--dest-compress',
      `docker-archive:${realImages()[name]}`,
      `oci:${making}:latest`,
    ];
    execFileSync('skopeo', args, { stdio: 'ignore' });
    execFileSync('mv', [making, folder]);
  }
  return folder;
}

const coldScan = (title: string, name: Archive, form: 'oci' | 'docker'): BenchCase => ({
  name: `cold scan of ${title}, ${form === 'oci' ? 'OCI layout, gzip' : 'docker-archive'}`,
  lacks: lacking(IMAGE_PARTS),
  prepare() {
    const path = form === 'oci' ? layout(name) : realImages()[name];
    const source = form === 'oci' ? `oci-dir:${path}` : `docker-archive:${path}`;
    return Promise.resolve({
      programs: [
        ours('stella', 'scan', source, '--no-cache', '--format', 'cyclonedx-json'),
        {
          name: 'syft',
          command: [
            'syft',
            'scan',
            `${form === 'oci' ? 'oci-dir' : 'docker-archive'}:${path}`,
            '-q',
            '-o',
            'cyclonedx-json',
          ],
          env: { SYFT_CHECK_FOR_APP_UPDATE: 'false' },
        },
      ],
      goals: [
        ratio('syft', 'seconds', 0.5),
        ratio('syft', 'peakMb', 0.5),
        { ...ratio('syft', 'seconds', 0.2), isPromise: true },
        { ...ratio('syft', 'peakMb', 0.4), isPromise: true },
      ],
    });
  },
});

function corpus(): string {
  return process.env['STELLA_CORPUS_DIR'] ?? '';
}

function indexFile(): string {
  const file = join(work, 'advisories.idx');
  const folder = join(corpus(), 'advisories');
  const sources = readdirSync(folder)
    .filter((name) => /^osv-.*\.jsonl\.zst$/.test(name))
    .map((name) => join(folder, name));
  execFileSync(stella, ['advisories', 'build', ...sources, '--output', file], { stdio: 'ignore' });
  return file;
}

/**
 * 1,000 components as a large application has them: 200 that records speak of, at their last affected version, 400 that
 * records speak of and that are up to date, 400 that no record names. Facts of the corpus; never committed.
 */
function bigSbom(): string {
  const file = join(work, 'thousand.cdx.json');
  const named = [...packagesOf('osv-pypa.jsonl.zst', 'pypi', 300), ...packagesOf('osv-go.jsonl.zst', 'golang', 300)];
  const purls = [
    ...named.map(
      ({ purl, affected }, index) =>
        `${purl}@${index % 3 === 0 ? affected : purl.startsWith('pkg:golang') ? 'v999.0.0' : '999.0.0'}`,
    ),
    ...Array.from(
      { length: 400 },
      (_, index) => `pkg:${index % 2 === 0 ? 'pypi' : 'npm'}/no-record-names-this-${index}@1.${index}.0`,
    ),
  ];
  const components = purls.map((purl) => ({
    type: 'library',
    'bom-ref': purl,
    name: purl.slice(purl.indexOf('/') + 1, purl.lastIndexOf('@')),
    version: purl.slice(purl.lastIndexOf('@') + 1),
    purl,
  }));
  writeFileSync(file, JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components }));
  return file;
}

function packagesOf(
  source: string,
  type: string,
  count: number,
): { readonly purl: string; readonly affected: string }[] {
  const text = execFileSync('zstd', ['-dc', join(corpus(), 'advisories', source)], {
    maxBuffer: 1 << 28,
    encoding: 'utf8',
  });
  const packages = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || packages.size >= count) continue;
    const { affected = [] } = JSON.parse(line) as { affected?: { package?: { name: string }; versions?: string[] }[] };
    const [first] = affected;
    if (first?.package === undefined || first.package.name === 'stdlib') continue;
    packages.set(
      `pkg:${type}/${first.package.name}`,
      first.versions?.at(-1) ?? (type === 'golang' ? 'v0.0.1' : '0.0.1'),
    );
  }
  return [...packages].map(([purl, affected]) => ({ purl, affected }));
}

export const CASES: readonly BenchCase[] = [
  {
    name: 'help',
    lacks: lacking([]),
    prepare: () =>
      Promise.resolve({ programs: [ours('stella --help', '--help')], goals: [seconds('stella --help', 0.08)] }),
  },
  coldScan('Debian', 'debian', 'oci'),
  coldScan('Debian + Node + Python + Go', 'vulnerable', 'oci'),
  coldScan('Debian', 'debian', 'docker'),
  coldScan('Debian + Node + Python + Go', 'vulnerable', 'docker'),
  {
    name: 'rescan of an unchanged image',
    lacks: lacking(IMAGE_PARTS),
    prepare() {
      const source = `oci-dir:${layout('vulnerable')}`;
      return Promise.resolve({
        programs: [
          ours('stella scan, cached', 'scan', source, '--format', 'json'),
          ours('stella version', 'version'),
          { name: 'syft', command: ['syft', 'scan', source, '-q', '-o', 'cyclonedx-json'] },
        ],
        goals: [beyondStart(0.05), { ...ratio('syft', 'seconds', 0.05), isPromise: true }],
      });
    },
  },
  {
    name: 'open the index of all OSV records',
    lacks: lacking(['corpus']),
    prepare: () =>
      Promise.resolve({
        programs: [
          ours('stella advisories show', 'advisories', 'show', indexFile()),
          ours('stella version', 'version'),
        ],
        goals: [beyondStart(0.05)],
      }),
  },
  {
    name: 'match 1,000 components against all OSV records, whole process',
    lacks: lacking(['corpus', 'zstd']),
    prepare() {
      const sbom = bigSbom();
      return Promise.resolve({
        programs: [
          ours('stella findings match', 'findings', 'match', sbom, '--advisories', indexFile(), '--format', 'json'),
          ours('stella version', 'version'),
        ],
        goals: [seconds('stella findings match', 0.2), { ...seconds('stella findings match', 0.12), isPromise: true }],
      });
    },
  },
];
