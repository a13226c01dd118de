// `node tests/integration/measure-concelier.ts [embedded|postgres]`: import of 20,000 public records, a second import of
// the same, and a snapshot, with the longest stall of the process's event loop in each.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { openDatabase } from '@stella-ops/platform/database';
import { service as concelier } from '@stella-ops/service-concelier';
import { corpusLines, testPostgres } from '@stella-ops/testkit';
import { openServiceRig } from '@stella-ops/testkit/server';

const RECORDS = 20_000;
const SOURCES = [
  'bitnami',
  'almalinux',
  'go',
  'pypa',
  'rustsec',
  'ossfuzz',
  'julia',
  'erlef',
  'drupal',
  'haskell',
  'psf',
  'ocaml',
  'r',
];

const kind = process.argv[2] === 'postgres' ? 'postgres' : 'embedded';
const lines = SOURCES.flatMap((name) => corpusLines(`advisories/osv-${name}.jsonl.zst`)).slice(0, RECORDS);
const upload = Buffer.from(lines.join('\n'));

const folder = mkdtempSync(join(tmpdir(), 'measure-concelier-'));
const database = await openDatabase(
  kind === 'embedded' ? { kind, dataDir: join(folder, 'database') } : { kind, url: testPostgres().createDatabase() },
);
const rig = await openServiceRig({ services: [concelier], database });
const client = rig.as(CONCELIER_ROUTES);

async function* chunks(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < upload.length; at += 65_536) {
    yield await new Promise<Uint8Array>((resolve) => setImmediate(() => resolve(upload.subarray(at, at + 65_536))));
  }
}

async function measured<T>(what: string, run: () => Promise<T>): Promise<T> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedMs = performance.now();
  const result = await run();
  const seconds = (performance.now() - startedMs) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.disable();
  const perSecond = Math.round(lines.length / seconds);
  console.log(
    `${kind}: ${what}: ${seconds.toFixed(2)} s, ${perSecond} records/s, longest stall ${Math.round(delay.max / 1e6)} ms`,
  );
  return result;
}

const send = () =>
  client.importAdvisories({ query: {}, body: { contentType: 'application/x-ndjson', content: chunks() } });
console.log(`${lines.length} records, ${(upload.length / 1e6).toFixed(1)} MB`);
const { broken, ...first } = (await measured('import', send)).body;
console.log(first, broken.length);
await measured('the same import again', send);
const made = await measured('snapshot', () => client.createSnapshot({ body: {} }));
console.log(made.status, made.body.records, made.body.sizeBytes);
await measured('the same snapshot again', () => client.createSnapshot({ body: {} }));
await measured('list by package', () => client.listAdvisories({ query: { ecosystem: 'PyPI', package: 'Django' } }));
await measured('list by ecosystem', () => client.listAdvisories({ query: { ecosystem: 'Go' } }));
await measured('list', () => client.listAdvisories({ query: {} }));
await rig.close();
await database.close();
rmSync(folder, { recursive: true, force: true });
