import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Image } from '@stella-ops/contracts/scanner';
import { digestOf } from '@stella-ops/engine-kernel';
import { writeLayoutArchive } from '@stella-ops/engine-oci';
import { type ServerProcess, startServerProcess } from '@stella-ops/testkit/product';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../apps/cli/src/registry.ts';
import { writeDemoImage } from '../../tools/demo/demo-image.ts';
import { Person } from './control-plane/person.ts';

// JSON output is a contract. `STELLA_UPDATE_GOLDEN=1` writes the files anew; what changed is then for review.
const root = join(import.meta.dirname, '..', '..');
const golden = join(import.meta.dirname, 'golden-server');
const PASSWORD = 'correct horse battery staple';
const ADVISORIES = join(root, 'demo', 'advisories');
const SBOM = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  components: [{ type: 'library', name: 'lodash', version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20' }],
};

/** Of the next release: lodash is fixed, and left-pad is new. */
const NEXT_SBOM = {
  ...SBOM,
  components: [
    { type: 'library', name: 'lodash', version: '4.17.21', purl: 'pkg:npm/lodash@4.17.21' },
    { type: 'library', name: 'left-pad', version: '1.3.0', purl: 'pkg:npm/left-pad@1.3.0' },
  ],
};

type Who = 'operator' | 'ada' | 'rosa' | 'sam';
type Path = readonly (string | number)[];

interface Step {
  readonly who: Who;
  /** Words of the command; `{name}` is what a step before kept. */
  readonly words: string;
  readonly exit?: number;
  /** `--reason`. */
  readonly isReasoned?: true;
  /** Where in the output lies what later steps name, and its name. */
  readonly keep?: Readonly<Record<string, Path>>;
  /** Asked again until this is there: jobs are under way. */
  readonly until?: Path;
  /** False for a step that only leads to others. */
  readonly isGolden?: false;
}

/** In this order. The name is that of the golden file: the command, with what tells it from another use of it. */
const STEPS: Readonly<Record<string, Step>> = {
  status: { who: 'operator', words: 'status --server {server}' },
  login: { who: 'operator', words: 'login --server {server} --user admin --password-file first' },
  whoami: { who: 'operator', words: 'whoami' },
  'tenant-create': {
    who: 'operator',
    words: 'tenant create acme --display-name Acme --admin ada --password-file new',
  },
  'tenant-list': { who: 'operator', words: 'tenant list' },
  'tenant-update': { who: 'operator', words: 'tenant update acme --display-name Acme-Works' },
  logout: { who: 'operator', words: 'logout' },
  'login-ada': { who: 'ada', words: '{login} --user ada', isGolden: false },
  'user-roles': { who: 'ada', words: 'user roles' },
  'user-create': { who: 'ada', words: 'user create rosa --role release-manager --password-file new' },
  'user-create-sam': { who: 'ada', words: 'user create sam --role approver --password-file new', isGolden: false },
  'user-update': { who: 'ada', words: 'user update sam --role approver --role security-engineer' },
  'user-password': { who: 'ada', words: 'user password sam --password-file new' },
  'user-list': { who: 'ada', words: 'user list' },
  'login-rosa': { who: 'rosa', words: '{login} --user rosa', isGolden: false },
  'login-sam': { who: 'sam', words: '{login} --user sam', isGolden: false },
  'token-create': {
    who: 'rosa',
    words: 'token create ci --scope scanner.scan --expires 30d',
    keep: { token: ['token', 'id'] },
  },
  'token-revoke': { who: 'rosa', words: 'token revoke {token}' },
  'token-list': { who: 'rosa', words: 'token list' },
  'client-create': { who: 'ada', words: 'client create nightly --scope scanner.scan' },
  'client-list': { who: 'ada', words: 'client list' },
  'client-remove': { who: 'ada', words: 'client remove nightly' },
  'advisories-import': {
    who: 'sam',
    words: `advisories import ${readdirSync(ADVISORIES)
      .sort()
      .map((name) => join(ADVISORIES, name))
      .join(' ')} --source demo`,
  },
  'advisories-snapshot': { who: 'sam', words: 'advisories snapshot' },
  'advisories-list': { who: 'sam', words: 'advisories list --ecosystem PyPI' },
  'advisories-linkset': { who: 'sam', words: 'advisories linkset CVE-2021-23337' },
  'advisories-snapshots': { who: 'sam', words: 'advisories snapshots' },
  'advisories-index': { who: 'sam', words: 'advisories index' },
  'vex-import': {
    who: 'sam',
    words: `vex import ${join(root, 'demo', 'vex', 'shop.openvex.json')} --provider shop`,
  },
  'vex-list': { who: 'sam', words: 'vex list', keep: { vex: ['items', 0, 'digest'] } },
  'vex-statements': { who: 'sam', words: 'vex statements --vulnerability CVE-2021-23337' },
  'vex-snapshots': { who: 'sam', words: 'vex snapshots' },
  'policy-publish': { who: 'sam', words: `policy publish ${join(root, 'policies', 'baseline.yaml')}` },
  'policy-publish-2': {
    who: 'sam',
    words: `policy publish ${join(root, 'policies', 'development.yaml')}`,
    isGolden: false,
  },
  'policy-list': { who: 'sam', words: 'policy list' },
  'policy-show': { who: 'sam', words: 'policy show baseline' },
  'policy-activate': { who: 'sam', words: 'policy activate baseline' },
  'image-scan': {
    who: 'rosa',
    words: 'image scan shop.tar --name registry.example/shop/web:1.0.0',
    keep: { image: ['imageDigest'] },
  },
  'image-scans': { who: 'rosa', words: 'image scans' },
  'policy-simulate': {
    who: 'rosa',
    words: `policy simulate registry.example/shop/web:1.0.0 --pack ${join(root, 'policies', 'baseline.yaml')}`,
    exit: 6,
  },
  'decision-create': {
    who: 'sam',
    words: 'decision create {image} --policy baseline --env trial',
    exit: 6,
    keep: { decision: ['id'] },
  },
  'decision-list': { who: 'sam', words: 'decision list --image {image} --env trial --outcome deny' },
  'decision-show': { who: 'sam', words: 'decision show {decision}' },
  'decision-verdict': { who: 'sam', words: 'decision verdict {decision}' },
  'decision-input': { who: 'sam', words: 'decision input {decision}' },
  'evidence-seal': { who: 'ada', words: 'evidence seal {decision}' },
  'key-list': { who: 'sam', words: 'key list' },
  'image-list': { who: 'rosa', words: 'image list' },
  'findings-list': {
    who: 'rosa',
    words: 'findings list --image {image}',
    until: ['items', 0],
    keep: { finding: ['items', 0, 'id'] },
  },
  'findings-show': { who: 'rosa', words: 'findings show {finding}' },
  'findings-verify': { who: 'rosa', words: 'findings verify' },
  'image-show': { who: 'rosa', words: 'image show {image}' },
  'component-create': { who: 'ada', words: 'component create web registry.example/shop/web' },
  'component-list': { who: 'ada', words: 'component list' },
  'component-show': { who: 'ada', words: 'component show web' },
  'env-create-dev': {
    who: 'ada',
    words: 'env create dev --order 1 --approvals 1 --policy development',
    isGolden: false,
  },
  'env-create': { who: 'ada', words: 'env create stage --order 2 --approvals 1 --policy baseline' },
  'env-freeze': {
    who: 'ada',
    words: 'env freeze stage --from 2098-01-01T00:00:00Z --until 2098-01-02T00:00:00Z',
    isReasoned: true,
  },
  'env-unfreeze': { who: 'ada', words: 'env unfreeze stage' },
  'release-create': { who: 'rosa', words: 'release create shop 1.0.0 --component web={image}' },
  'release-create-2': { who: 'rosa', words: 'release create shop 1.0.1 --component web={image}', isGolden: false },
  'release-list': { who: 'rosa', words: 'release list' },
  'release-show': { who: 'rosa', words: 'release show shop@1.0.0' },
  'image-import-sbom-next': {
    who: 'rosa',
    words: 'image import-sbom next.cdx.json --name registry.example/shop/web:1.1.0',
    isGolden: false,
    keep: { next: ['digest'] },
  },
  'release-create-next': {
    who: 'rosa',
    words: 'release create shop 1.1.0 --component web={next}',
    isGolden: false,
  },
  'release-diff': {
    who: 'rosa',
    words: 'release diff shop@1.0.0 shop@1.1.0',
    until: ['images', 0, 'after', 'judgement'],
  },
  'promotion-request': {
    who: 'rosa',
    words: 'promotion request shop@1.0.0 dev',
    isReasoned: true,
    keep: { promotion: ['id'] },
  },
  'promotion-approve': { who: 'sam', words: 'promotion approve {promotion}', isReasoned: true },
  'promotion-watch': { who: 'rosa', words: 'promotion watch {promotion}', isGolden: false },
  'promotion-show': { who: 'rosa', words: 'promotion show {promotion}', until: ['packetId'] },
  'promotion-watch-ended': { who: 'rosa', words: 'promotion watch {promotion}' },
  'evidence-list': {
    who: 'sam',
    words: 'evidence list --kind promotion',
    keep: { packet: ['items', 0, 'id'] },
  },
  'evidence-get': { who: 'sam', words: 'evidence get {packet}' },
  'evidence-list-decisions': {
    who: 'sam',
    words: 'evidence list --kind decision --limit 1',
    keep: { capsule: ['items', 0, 'capsuleDigest'] },
  },
  'capsule-get': { who: 'sam', words: 'capsule get {capsule} --output shop.capsule.tar.zst' },
  'promotion-request-blocked': {
    who: 'rosa',
    words: 'promotion request shop@1.0.0 stage',
    isReasoned: true,
    exit: 6,
    keep: { blocked: ['id'] },
  },
  'promotion-why': {
    who: 'rosa',
    words: 'promotion why {blocked}',
    exit: 6,
    keep: { stopper: ['gates', 0, 'reasons', 0, 'vulnerability'] },
  },
  'promotion-recheck': { who: 'rosa', words: 'promotion recheck {blocked}' },
  'promotion-cancel': { who: 'rosa', words: 'promotion cancel {blocked}', isReasoned: true },
  'promotion-request-2': {
    who: 'rosa',
    words: 'promotion request shop@1.0.1 dev',
    isGolden: false,
    keep: { second: ['id'] },
  },
  'promotion-reject': { who: 'sam', words: 'promotion reject {second}', isReasoned: true },
  'promotion-list': { who: 'rosa', words: 'promotion list --state rejected', until: ['items', 0, 'packetId'] },
  'env-show': { who: 'ada', words: 'env show dev' },
  'env-list': { who: 'ada', words: 'env list' },
  'exception-request': {
    who: 'rosa',
    words: 'exception request {stopper} --image {image} --expires 2098-01-01T00:00:00Z',
    isReasoned: true,
    exit: 2,
    isGolden: false,
  },
  'exception-request-30d': {
    who: 'rosa',
    words: 'exception request {stopper} --image {image}',
    isReasoned: true,
    keep: { exception: ['id'] },
  },
  'exception-approve': { who: 'sam', words: 'exception approve {exception}', isReasoned: true },
  'exception-show': { who: 'sam', words: 'exception show {exception}' },
  'exception-revoke': { who: 'sam', words: 'exception revoke {exception}', isReasoned: true },
  'exception-request-2': {
    who: 'rosa',
    words: 'exception request CVE-2020-1 --package pkg:pypi/urllib3',
    isReasoned: true,
    isGolden: false,
    keep: { other: ['id'] },
  },
  'exception-reject': { who: 'sam', words: 'exception reject {other}', isReasoned: true },
  'exception-list': { who: 'sam', words: 'exception list' },
  'exception-request-draft': {
    who: 'rosa',
    words: 'exception request CVE-2020-2 --draft',
    isReasoned: true,
    isGolden: false,
    keep: { draft: ['id'] },
  },
  'exception-submit': { who: 'rosa', words: 'exception submit {draft}' },
  'audit-list': { who: 'ada', words: 'audit list --target {exception}' },
  'audit-verify': { who: 'ada', words: 'audit verify' },
  'audit-export': { who: 'ada', words: 'audit export --first 1 --last 3 --output start.audit.tar.zst' },
  'audit-exports': { who: 'ada', words: 'audit exports' },
  'key-rotate': { who: 'ada', words: 'key rotate' },
  'component-update': { who: 'ada', words: 'component update web --description shop-window' },
  'env-update': { who: 'ada', words: 'env update dev --approvals 2 --self-approval yes --default-policy' },
  'image-import-sbom': { who: 'rosa', words: 'image import-sbom web.cdx.json --name registry.example/shop/old:0.9.0' },
  'account-password': {
    who: 'sam',
    words: 'account password --present-password-file new --password-file newer',
  },
};

/** Commands of a server without a file here: they print no JSON, ask a registry, or belong to deployments. */
const WITHOUT = ['trust get', 'image resolve', 'events watch', 'promotion deploy', 'env template', 'board', 'where'];
const ELSEWHERE = /^(?:agent|deployment|target) /;
/** Those that print a document as it is; below. */
const DOCUMENTS = ['advisories get', 'vex get', 'policy get', 'image inventory', 'image sbom'];
/** What they print depends on what was logged meanwhile; below. */
const LOG = ['log checkpoint', 'log entry', 'log consistency'];

const GOLDEN = Object.entries(STEPS)
  .filter(([, { isGolden = true }]) => isGolden)
  .map(([name]) => name);
const outputs = new Map<string, string>();
const people = new Map<Who, Person>();
const found: Record<string, string> = {};
let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stella-golden-server-'));
  server = await startServerProcess({ dataDir: join(folder, 'data'), env: { STELLA_DATA_DIR: undefined } });
  Object.assign(found, {
    server: server.url,
    login: `login --server ${server.url} --tenant acme --password-file new`,
  });
  for (const name of ['operator', 'ada', 'rosa', 'sam'] as const) {
    const person = new Person(join(folder, name));
    people.set(name, person);
    writeFileSync(person.file('new'), PASSWORD);
    writeFileSync(person.file('newer'), `${PASSWORD}, again`);
    writeFileSync(person.file('first'), server.adminPassword);
    writeFileSync(person.file('web.cdx.json'), JSON.stringify(SBOM));
    writeFileSync(person.file('next.cdx.json'), JSON.stringify(NEXT_SBOM));
  }
  await writeDemoImage(join(folder, 'shop'));
  await pipeline(writeLayoutArchive(join(folder, 'shop')), createWriteStream(join(folder, 'rosa', 'shop.tar')));

  for (const [name, { who, words, exit = 0, isReasoned, keep = {}, until }] of Object.entries(STEPS)) {
    const filled = words.replaceAll(/\{(\w+)\}/g, (_, key: string) => found[key] ?? `no-${key}`).split(' ');
    const command = [...filled, ...(isReasoned === true ? ['--reason', 'for a golden file'] : []), '--format', 'json'];
    const endsAtMs = performance.now() + 180_000;
    for (;;) {
      const run = await people.get(who)?.run(command);
      if (run?.exit !== exit) throw new Error(`${name} ended with ${run?.exit}: ${run?.stderr}${run?.stdout}`);
      const value: unknown = run.stdout === '' ? undefined : JSON.parse(run.stdout);
      if (until !== undefined && at(value, until) === undefined) {
        if (performance.now() > endsAtMs) throw new Error(`${name} did not come to ${until.join('.')}: ${run.stdout}`);
        await delay(100);
        continue;
      }
      for (const [key, path] of Object.entries(keep)) found[key] = String(at(value, path));
      outputs.set(name, run.stdout);
      break;
    }
  }
}, 600_000);

afterAll(async () => {
  await server?.end();
  rmSync(folder, { recursive: true, force: true });
});

test.each(GOLDEN)('%s', (name) => {
  const file = join(golden, `${name}.golden.json`);
  const output = masked(outputs.get(name) ?? '');
  if (process.env['STELLA_UPDATE_GOLDEN'] === '1') {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, output);
  }
  expect(output).toBe(readFileSync(file, 'utf8'));
});

test('no golden file is left over', () => {
  const names = readdirSync(golden).map((name) => name.replace('.golden.json', ''));
  expect(names.sort()).toEqual(GOLDEN.toSorted());
});

test('every command that speaks to a server has a golden file', async () => {
  const shown = GOLDEN.map((name) => STEPS[name]?.words ?? '');
  for (const entry of COMMANDS) {
    const { path } = entry;
    if (!Object.hasOwn((await entry.load()).options, 'server') || ELSEWHERE.test(path)) continue;
    if ([...WITHOUT, ...DOCUMENTS, ...LOG].includes(path)) continue;
    const isShown = shown.some((words) => words === path || words.startsWith(`${path} `));
    expect(isShown, path).toBe(true);
  }
});

test('documents come out byte for byte as they went in', async () => {
  const sam = people.get('sam') as Person;
  const bytesOf = async (words: string) => {
    const run = await sam.run([...words.split(' '), '--output', 'document']);
    expect(run, words).toMatchObject({ exit: 0, stdout: '' });
    return readFileSync(sam.file('document'));
  };
  expect(await bytesOf('policy get baseline')).toEqual(readFileSync(join(root, 'policies', 'baseline.yaml')));
  expect(await bytesOf(`vex get ${found['vex']}`)).toEqual(
    readFileSync(join(root, 'demo', 'vex', 'shop.openvex.json')),
  );
  const record = JSON.parse(readFileSync(join(ADVISORIES, 'GHSA-35jh-r3h4-6jhm.json'), 'utf8')) as object;
  expect(JSON.parse(String(await bytesOf('advisories get GHSA-35jh-r3h4-6jhm')))).toEqual(record);
  const inventory = await bytesOf(`image inventory ${found['image']}`);
  expect(digestOf(inventory)).toBe(
    (await sam.json<{ image: Image }>(['image', 'show', `${found['image']}`])).image.inventoryDigest,
  );
  const sbom = (format: string) => bytesOf(`image sbom ${found['image']} --format ${format}`);
  expect(JSON.parse(String(await sbom('cyclonedx-json')))).toMatchObject({ bomFormat: 'CycloneDX' });
  expect(JSON.parse(String(await sbom('spdx-json')))).toMatchObject({ spdxVersion: 'SPDX-2.3' });
  // An alias names several records: none of them is picked.
  expect(await sam.run(['advisories', 'get', 'CVE-2021-23337'])).toMatchObject({ exit: 4, stdout: '' });
});

test('the log is compared with what was kept of it, and its entries are verified, by what the trusted root says', async () => {
  const [sam, ada] = [people.get('sam') as Person, people.get('ada') as Person];
  expect(await sam.run(['trust', 'get', '--output', 'root.json'])).toMatchObject({ exit: 0 });
  expect(await sam.run(['log', 'checkpoint', '--output', 'kept'])).toMatchObject({ exit: 0 });
  const { size } = await sam.json<{ size: number }>(['log', 'checkpoint']);
  const decided = await sam.json<{ id: string }>(['decision', 'create', found['image'] ?? '', '--env', 'x'], 6);
  const { logIndex } = await ada.json<{ logIndex: number }>(['evidence', 'seal', decided.id]);
  const trusted = ['--trusted-root', 'root.json'];

  const grown = await sam.json(['log', 'consistency', 'kept', ...trusted]);
  expect(grown).toMatchObject({ status: 'consistent', checks: [1, 2, 3].map(() => ({ state: 'passed' })) });
  expect((grown as { to: number }).to).toBeGreaterThan(size);
  expect(await sam.json(['log', 'entry', String(logIndex), ...trusted])).toMatchObject({
    status: 'verified',
    entry: { logIndex: String(logIndex) },
  });
  expect(await sam.json(['log', 'entry', String(logIndex)])).toMatchObject({ status: 'not_verified' });

  // A history that never was: the same size with another root.
  const [origin, count, , ...rest] = readFileSync(sam.file('kept'), 'utf8').split('\n');
  const forged = [origin, count, Buffer.alloc(32, 7).toString('base64'), ...rest].join('\n');
  writeFileSync(sam.file('forged'), forged);
  expect(await sam.json(['log', 'consistency', 'forged'], 3)).toMatchObject({ status: 'inconsistent' });
  expect(await sam.json(['log', 'consistency', 'forged', ...trusted], 3)).toMatchObject({ status: 'inconsistent' });
});

test('events are followed from a position, and are those that the caller may read', async () => {
  const lines = async (who: Who, ...words: string[]) => {
    const run = await people.get(who)?.run(['events', 'watch', ...words]);
    expect(run, run?.stderr).toMatchObject({ exit: 0, stderr: '' });
    return (run?.stdout ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { position: string; type: string });
  };
  const first = await lines('sam', '--after', '0', '--prefix', 'policy.', '--limit', '3');
  expect(first).toHaveLength(3);
  for (const { type } of first) expect(type).toMatch(/^policy\./);
  const [one, ...others] = first;
  expect(await lines('sam', '--after', one?.position ?? '', '--prefix', 'policy.', '--limit', '2')).toEqual(others);
  expect(await people.get('sam')?.run(['events', 'watch', '--after', 'yesterday'])).toMatchObject({ exit: 2 });
});

/** The member at a path; undefined when there is none or it is null. */
function at(value: unknown, path: Path): unknown {
  let here = value;
  for (const key of path) here = (here as Readonly<Record<string | number, unknown>> | null | undefined)?.[key];
  return here ?? undefined;
}

/** What differs from run to run is replaced by a word that says what stands there. */
function masked(stdout: string): string {
  return `${JSON.stringify(JSON.parse(stdout), mask, 2)}\n`;
}

const SIZES = ['sizeBytes', 'capsuleSizeBytes', 'entriesSizeBytes'];
/** Numbers that count what the server did meanwhile, or that follow from bytes of signatures. */
const COUNTS = new Set(['sequence', 'entries', 'logIndex', ...SIZES, 'durationMs', 'version']);

function mask(member: string, value: unknown): unknown {
  if (typeof value === 'number' && COUNTS.has(member)) return '<number>';
  if (typeof value !== 'string') return value;
  if (member === 'secret') return '<secret>';
  if (member === 'publicKeyPem') return '<key>';
  return value
    .replaceAll(/^[A-Za-z0-9+/]{43}=$/g, '<hash>')
    .replaceAll(server.url, '<server>')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/sha256:[0-9a-f]{64}/g, '<digest>')
    .replaceAll(/\b[0-9a-f]{32,64}\b/g, '<hex>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '<time>')
    .replaceAll(/\b\d{4}\.\d\d\.\d\d-/g, '<day>-');
}
