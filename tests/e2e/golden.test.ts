import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stella, temporaryFolder } from '@stella-ops/testkit';
import { beforeAll, expect, test } from 'vitest';
import { writeDemoImage } from '../../tools/demo/demo-image.ts';

// JSON output is a contract. `STELLA_UPDATE_GOLDEN=1` writes the files anew; what changed is then for review.
const root = join(import.meta.dirname, '..', '..');
const golden = join(import.meta.dirname, 'golden');
const demo = join(root, 'demo');
const AT = ['--at', '2026-06-01T12:00:00Z', '--env', 'production'];
const JUDGE = ['--advisories', 'advisories.idx', '--policy', 'pack.yaml', ...AT];
const EXCUSED = ['--vex', join(demo, 'vex', 'shop.openvex.json'), '--exceptions', join(demo, 'exceptions.yaml')];
const TRUST = ['--trusted-root', 'stella.trusted-root.json'];

interface Step {
  readonly words: readonly string[];
  readonly exit?: number;
  readonly stdin?: string;
  /** The output is what a later command reads. */
  readonly keepAs?: string;
  /** False for what differs in every run, such as a signature. */
  readonly isGolden?: false;
}

/** In this order, each with the files that those before it made. The name is that of the golden file. */
const STEPS: Readonly<Record<string, Step>> = {
  'key-create': { words: ['key', 'create', '--no-password'] },
  'advisories-build': { words: ['advisories', 'build', join(demo, 'advisories'), '--output', 'advisories.idx'] },
  'advisories-show': { words: ['advisories', 'show', 'advisories.idx', '--verify'] },
  'advisories-coverage': { words: ['advisories', 'coverage', 'advisories.idx'] },
  scan: { words: ['scan', 'oci-dir:shop'] },
  'scan.cyclonedx': { words: ['scan', 'oci-dir:shop', '--format', 'cyclonedx-json'] },
  'scan.spdx': { words: ['scan', 'oci-dir:shop', '--format', 'spdx-json'] },
  'image-copy': { words: ['image', 'copy', 'oci-dir:shop', 'oci-dir:copy:1.0.0'] },
  'findings-match': {
    words: ['findings', 'match', 'oci-dir:shop', '--advisories', 'advisories.idx', ...EXCUSED.slice(0, 2)],
    keepAs: 'findings.json',
  },
  'policy-check': {
    words: ['policy', 'check', 'pack.yaml', '--findings', 'findings.json', ...AT],
    exit: 6,
  },
  decide: {
    words: ['decide', 'oci-dir:shop', ...JUDGE, '--key', 'stella.key', '--output', 'denied.capsule.tar.zst'],
    exit: 6,
  },
  'decide-allowed': {
    words: [
      'decide',
      'oci-dir:shop',
      ...JUDGE,
      ...EXCUSED,
      '--key',
      'stella.key',
      '--output',
      'allowed.capsule.tar.zst',
    ],
  },
  'capsule-verify': { words: ['capsule', 'verify', 'allowed.capsule.tar.zst', ...TRUST] },
  'capsule-verify-untrusted': { words: ['capsule', 'verify', 'allowed.capsule.tar.zst'], exit: 3 },
  'capsule-replay': { words: ['capsule', 'replay', 'allowed.capsule.tar.zst', ...TRUST] },
  'capsule-show': { words: ['capsule', 'show', 'allowed.capsule.tar.zst'] },
  'capsule-diff': { words: ['capsule', 'diff', 'denied.capsule.tar.zst', 'allowed.capsule.tar.zst'] },
  seal: {
    words: ['capsule', 'show', 'allowed.capsule.tar.zst', '--member', 'verdict.sigstore.json'],
    isGolden: false,
    keepAs: 'verdict.sigstore.json',
  },
  'bundle-verify': { words: ['bundle', 'verify', 'verdict.sigstore.json', ...TRUST] },
  'purl-parse': { words: ['purl', 'parse', 'pkg:npm/%40scope/name@1.0.0?arch=x#sub/path', 'nonsense'], exit: 2 },
  'purl-build': { words: ['purl', 'build', '--type', 'pypi', '--name', 'My_Package', '--version', '1.0'] },
  'versions-compare': { words: ['versions', 'compare', 'Debian'], stdin: '1.0~rc1 1.0\n1:1.0 2.0\n1.0 a:b\n' },
  version: { words: ['version'] },
};

const GOLDEN = Object.entries(STEPS)
  .filter(([, { isGolden = true }]) => isGolden)
  .map(([name]) => name);

// A pack of its own: a comment in the shipped ones must not change a contract.
const PACK = `apiVersion: stella.ops/policy/v1
kind: PolicyPack
metadata: {name: golden, version: "1"}
params: {threshold: 7.0}
rules:
  - id: vex
    on: finding
    when: finding.vex.status == "not_affected"
    action: allow
    code: VEX_NOT_AFFECTED
    message: '{finding.vulnerability} in {finding.package}: {finding.vex.justification}'
  - id: serious
    on: finding
    when: finding.severity.score >= params.threshold
    action: deny
    code: SERIOUS
    message: '{finding.vulnerability} in {finding.package} {finding.installedVersion} is fixed in {finding.fixedVersions}'
defaults: {finding: allow, unknownSeverity: pending, notEvaluated: pending, gap: warn, coverage: warn}
`;

const outputs = new Map<string, string>();

beforeAll(async () => {
  const folder = temporaryFolder('golden');
  await writeDemoImage(join(folder, 'shop'));
  writeFileSync(join(folder, 'pack.yaml'), PACK);
  const env = {
    SOURCE_DATE_EPOCH: '1767225600',
    STELLA_KEY_PASSWORD: undefined,
    STELLA_CACHE_DIR: join(folder, 'cache'),
    NODE_COMPILE_CACHE: join(tmpdir(), 'stella-test-cache', 'compiled'),
  };
  for (const [name, { words, exit = 0, stdin, keepAs }] of Object.entries(STEPS)) {
    const format = words.includes('--format') ? [] : ['--format', 'json'];
    const run = await stella([...words, ...format], { cwd: folder, env, ...(stdin === undefined ? {} : { stdin }) });
    expect(run.exit, `${name}: ${run.stderr}`).toBe(exit);
    if (keepAs !== undefined) writeFileSync(join(folder, keepAs), run.stdout);
    outputs.set(name, pretty(run.stdout));
  }
});

test.each(GOLDEN)('%s', (name) => {
  const file = join(golden, `${name}.golden.json`);
  const output = outputs.get(name) ?? '';
  if (process.env['STELLA_UPDATE_GOLDEN'] === '1') writeFileSync(file, output);
  expect(output).toBe(readFileSync(file, 'utf8'));
});

test('no golden file is left over', () => {
  const names = readdirSync(golden).map((name) => name.replace('.golden.json', ''));
  expect(names.sort()).toEqual(GOLDEN.toSorted());
});

/** What depends on a key that is new in every run, or on the Node that runs it, is replaced by a word that says so. */
function pretty(stdout: string): string {
  return `${JSON.stringify(JSON.parse(stdout), replaced, 2)}\n`;
}

function replaced(member: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (member === 'node') return '<node>';
  return value
    .replaceAll(/log-[0-9a-f]{16}\.stella\.local/g, '<log>')
    .replaceAll(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=/g, '<key>');
}
