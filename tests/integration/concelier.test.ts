import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { eachItem } from '@stella-ops/contracts';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { openIndex, readAdvisorySources, writeIndex } from '@stella-ops/engine-advisories';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { currentPosition, readEvents } from '@stella-ops/platform/events';
import { systemClock, systemIds } from '@stella-ops/platform/runtime';
import { service as concelier } from '@stella-ops/service-concelier';
import { corpusBytes, corpusPath, describeNeeding } from '@stella-ops/testkit';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { affects, bytesOf, osv, sourceOf } from '../../engine/advisories/src/testing/records.ts';
import { zipOf } from '../../engine/advisories/src/testing/zip.ts';
import { commitOfService } from '../../services/concelier/src/commands/commit.ts';
import { createSnapshot } from '../../services/concelier/src/commands/create-snapshot.ts';
import { Turns } from '../../services/concelier/src/domain/turns.ts';
import { concelierMetrics } from '../../services/concelier/src/metrics.ts';

const SCHEMA_FILE = join(import.meta.dirname, '../../services/concelier/schema.sql');

type ContentType = 'application/json' | 'application/x-ndjson' | 'application/zip' | 'application/octet-stream';

const sha256 = (bytes: Uint8Array): `sha256:${string}` => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const fixed = (version: string) => [{ introduced: '0' }, { fixed: version }];
const record = (id: string, more: object = {}, name = 'library') =>
  osv(id, [affects('PyPI', name, fixed('2.0'))], more);
const linesOf = (records: readonly unknown[]): Buffer =>
  Buffer.from(records.map((one) => JSON.stringify(one)).join('\n'));
const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_007) yield await Promise.resolve(bytes.subarray(at, at + 10_007));
}

async function bytesFrom(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'concelier-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A tenant of its own with a client. */
function tenantOf(rig: ServiceRig) {
  const tenantId = systemIds.uuid();
  const client = rig.as(CONCELIER_ROUTES, { tenantId });
  const send = async (bytes: Uint8Array, contentType: ContentType = 'application/x-ndjson', source = 'upload') =>
    (await client.importAdvisories({ query: { source }, body: { contentType, content: cut(bytes) } })).body;
  const list = async (query: Parameters<typeof client.listAdvisories>[0]['query'] = {}) =>
    (await client.listAdvisories({ query })).body.items;
  const ids = async (query: Parameters<typeof client.listAdvisories>[0]['query'] = {}) =>
    (await list(query)).map(({ advisoryId }) => advisoryId);
  const raw = async (digest: string) => bytesFrom((await client.getAdvisory({ params: { digest } })).body.content);
  const index = async (snapshotId: string) =>
    bytesFrom((await client.downloadSnapshot({ params: { snapshotId } })).body.content);
  return { tenantId, client, send, list, ids, raw, index };
}

describeEachEngine('rules of concelier', (engine) => {
  let database: Database;
  let rig: ServiceRig;
  let watched: string;
  const watchTenant = systemIds.uuid();
  beforeAll(async () => {
    database = await engine.database();
    watched = mkdtempSync(join(tmpdir(), 'concelier-watched-'));
    rig = await openServiceRig({
      services: [concelier],
      database,
      config: { concelier: { watch: [{ path: watched, tenantId: watchTenant, everySeconds: 1, source: 'mirror' }] } },
    });
    return async () => {
      await rig.close();
      rmSync(watched, { recursive: true, force: true });
    };
  });

  const audited = async (tenantId: string) => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ action: string; body: string }>`select action, body from audit.entry order by sequence`.execute(tx),
    );
    return rows.map(({ action, body }) => ({ action, details: (JSON.parse(body) as { details: unknown }).details }));
  };

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    await expect(await dumpSchema(database, 'concelier')).toMatchFileSnapshot(SCHEMA_FILE);
    expect(await checkTenancy(database, 'concelier')).toEqual([]);
  });

  test('it says that it never merges', () => {
    expect(rig.host.capabilities).toEqual({ merge: false });
  });

  test('records come as one document, a list, lines, compressed lines or a zip, whatever the media type says', async () => {
    const a = record('T-A');
    const pretty = Buffer.from(JSON.stringify(a, null, 2));
    const list = Buffer.from(`[\n${JSON.stringify(record('T-B'))},\n ${JSON.stringify(record('T-C'), null, 1)}\n]`);
    const { send, ids } = tenantOf(rig);
    expect(await send(pretty, 'application/json')).toMatchObject({ imported: 1, unchanged: 0, brokenCount: 0 });
    expect(await send(list, 'application/octet-stream')).toMatchObject({ imported: 2 });
    expect(await send(linesOf([record('T-D'), record('T-E')]), 'application/octet-stream')).toMatchObject({
      imported: 2,
    });
    expect(await send(gzipSync(linesOf([record('T-F')])), 'application/octet-stream')).toMatchObject({ imported: 1 });
    expect(await send(zstdCompressSync(linesOf([record('T-G')])), 'application/json')).toMatchObject({ imported: 1 });
    const zip = zipOf({ 'x/T-H.json': JSON.stringify(record('T-H')), 'README.md': 'no record' });
    expect(await send(zip, 'application/zip')).toMatchObject({ imported: 1, brokenCount: 0 });
    expect(await ids()).toEqual(['T-A', 'T-B', 'T-C', 'T-D', 'T-E', 'T-F', 'T-G', 'T-H']);
  });

  test('a record is given back byte for byte, wherever it lay in what was sent', async () => {
    const odd = Buffer.from('{"id":"V-1" ,\n\t"modified":"2026-01-01T00:00:00Z","x":1.0e0,"x":2,"ü":"\\u00fc"}');
    const list = Buffer.concat([Buffer.from('['), odd, Buffer.from(','), bytesOf(record('V-2')), Buffer.from(']')]);
    const { send, list: items, raw } = tenantOf(rig);
    await send(list, 'application/json');
    const found = await items();
    expect(found.map(({ digest }) => digest)).toEqual([sha256(odd), sha256(bytesOf(record('V-2')))]);
    expect(await raw(sha256(odd))).toEqual(odd);
    expect(await raw(sha256(bytesOf(record('V-2'))))).toEqual(bytesOf(record('V-2')));
  });

  test('a broken record is told with its place and stops no other', async () => {
    const { send, ids } = tenantOf(rig);
    const lines = Buffer.concat([
      linesOf([record('B-1'), { id: 7 }]),
      Buffer.from('\n{"id": "B-x",\n'),
      linesOf([record('B-2')]),
    ]);
    const report = await send(lines);
    expect(report).toMatchObject({ imported: 2, brokenCount: 2 });
    expect(report.broken.map(({ place, code: kind }) => [place, kind])).toEqual([
      ['line 2#/id', 'RECORD_INVALID'],
      ['line 3', 'RECORD_INVALID'],
    ]);
    expect(await ids()).toEqual(['B-1', 'B-2']);
    const zip = await send(
      zipOf({ 'in/bad.json': '{"id":1}', 'good.json': JSON.stringify(record('B-3')) }),
      'application/zip',
    );
    expect(zip.broken.map(({ place }) => place)).toEqual(['in/bad.json#/id']);
    expect(JSON.stringify(zip)).not.toContain(tmpdir());
  });

  test('of many broken records a hundred are listed and all are counted', async () => {
    const { send } = tenantOf(rig);
    const report = await send(linesOf([record('M-1'), ...Array.from({ length: 250 }, () => ({ id: 1 }))]));
    expect([report.imported, report.broken.length, report.brokenCount]).toEqual([1, 100, 250]);
  });

  test('the same record again is unchanged, alone or among others, and in one import only once new', async () => {
    const { send, ids, raw } = tenantOf(rig);
    const [one, two, three] = [record('S-1'), record('S-2'), record('S-3')];
    expect(await send(linesOf([one, two, one]))).toMatchObject({ imported: 2, unchanged: 1 });
    expect(await send(linesOf([two, three, one]))).toMatchObject({ imported: 1, unchanged: 2 });
    expect(await send(linesOf([one, two, three]))).toMatchObject({ imported: 0, unchanged: 3 });
    expect(await ids()).toEqual(['S-1', 'S-2', 'S-3']);
    expect(await raw(sha256(bytesOf(three)))).toEqual(bytesOf(three));
  });

  test.each([
    ['text', Buffer.from('hello'), 'application/json'],
    ['nothing', Buffer.alloc(0), 'application/json'],
    ['an empty list', Buffer.from('[]'), 'application/json'],
    ['a cut zip', zipOf({ 'a.json': '{}' }).subarray(0, 40), 'application/zip'],
    ['a zip without members', zipOf({}), 'application/zip'],
    ['cut gzip', gzipSync(linesOf([record('X-1'), record('X-2')])).subarray(0, -9), 'application/octet-stream'],
  ] as const)('%s is refused as a whole, and no path of the server is told', async (_name, bytes, contentType) => {
    const { send, ids } = tenantOf(rig);
    const error: unknown = await send(bytes, contentType).catch((cause: unknown) => cause);
    expect(error).toEqual(code('ADVISORIES_INVALID'));
    expect(`${JSON.stringify(error)} ${(error as Error).message}`).not.toContain(tmpdir());
    expect(await ids()).toEqual([]);
  });

  test('an import that breaks off keeps and records what it had, and the whole file adds the rest', async () => {
    const { tenantId, send, ids } = tenantOf(rig);
    const records = Array.from({ length: 1_000 }, (_, n) => record(`P-${String(n).padStart(4, '0')}`));
    const whole = Buffer.from(JSON.stringify(records));
    await expect(send(whole.subarray(0, -1), 'application/json')).rejects.toThrow(code('ADVISORIES_INVALID'));
    const kept = (await ids({ limit: 200 })).length;
    expect(kept).toBeGreaterThan(0);
    const [entry, ...more] = await audited(tenantId);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ action: 'concelier.import-broke-off', details: { code: 'SOURCE_UNREADABLE' } });
    const { imported, unchanged } = await send(whole, 'application/json');
    expect(imported + unchanged).toBe(1_000);
    expect(unchanged).toBeGreaterThan(0);
    expect(imported).toBeGreaterThan(0);
  });

  test('an import is audited once, with what it brought', async () => {
    const { tenantId, send } = tenantOf(rig);
    const upload = linesOf([...Array.from({ length: 900 }, (_, n) => record(`A-${n}`)), { id: 1 }]);
    await send(upload, 'application/x-ndjson', 'vendor');
    expect(await audited(tenantId)).toEqual([
      {
        action: 'concelier.advisories.import',
        details: { source: 'vendor', digest: sha256(upload), imported: 900, unchanged: 0, broken: 1 },
      },
    ]);
  });

  test('what one tenant sent no other can find', async () => {
    const mine = tenantOf(rig);
    const other = tenantOf(rig);
    const bytes = bytesOf(record('O-1', { aliases: ['CVE-2026-1'] }));
    await mine.send(bytes);
    const { body } = await mine.client.createSnapshot({ body: {} });
    await expect(other.raw(sha256(bytes))).rejects.toThrow(code('NOT_FOUND'));
    await expect(other.client.getLinkset({ params: { vulnerability: 'O-1' } })).rejects.toThrow(code('NOT_FOUND'));
    await expect(other.client.getSnapshot({ params: { snapshotId: body.id } })).rejects.toThrow(code('NOT_FOUND'));
    await expect(other.index(body.id)).rejects.toThrow(code('NOT_FOUND'));
    await expect(other.client.createSnapshot({ body: {} })).rejects.toThrow(code('SNAPSHOT_EMPTY'));
    expect(await other.ids()).toEqual([]);
    expect((await other.client.listSnapshots({ query: {} })).body.items).toEqual([]);
    // To the other tenant it is news, not something known.
    expect(await other.send(bytes)).toMatchObject({ imported: 1, unchanged: 0 });
    expect(await other.raw(sha256(bytes))).toEqual(bytes);
  });

  test('a reader may neither import nor make snapshots', async () => {
    const reader = rig.as(CONCELIER_ROUTES, { tenantId: systemIds.uuid(), scopes: ['advisory.read'] });
    const body = { contentType: 'application/json', content: cut(bytesOf(record('R-1'))) };
    await expect(reader.importAdvisories({ query: {}, body })).rejects.toThrow(code('SCOPE_MISSING'));
    await expect(reader.createSnapshot({ body: {} })).rejects.toThrow(code('SCOPE_MISSING'));
  });

  test('the newest version of a record is current, in whatever order versions come', async () => {
    const old = record('N-1', { modified: '2026-01-01T00:00:00Z', summary: 'old' });
    const mid = record('N-1', { modified: '2026-02-01T00:00:00.5Z', summary: 'mid' });
    const twin = record('N-1', { modified: '2026-02-01T00:00:00.5Z', summary: 'twin' });
    const newest = [mid, twin].sort((a, b) => (sha256(bytesOf(a)) < sha256(bytesOf(b)) ? -1 : 1))[0];
    for (const order of [
      [old, mid, twin],
      [twin, mid, old],
      [mid, old, twin],
    ]) {
      const { send, list, client } = tenantOf(rig);
      for (const one of order) await send(bytesOf(one), 'application/json');
      expect((await list()).map(({ summary }) => summary)).toEqual([newest?.['summary' as 'id']]);
      expect(await list({ versions: 'all' })).toHaveLength(3);
      const { body } = await client.createSnapshot({ body: {} });
      const out = join(folderForTest(), 'index');
      const stats = await writeIndex(sourceOf([old, mid, twin]), { out });
      expect([body.digest, body.records]).toEqual([stats.snapshot, 1]);
    }
  });

  test('a snapshot is an index that works alone, told of by an event, and made once for one state', async () => {
    const { tenantId, send, client, index } = tenantOf(rig);
    await send(linesOf([record('I-1'), record('I-2', { withdrawn: '2026-01-03T00:00:00Z' })]));
    const position = await currentPosition(database, tenantId);
    const first = await client.createSnapshot({ body: {} }, { idempotencyKey: 'once' });
    expect(first.status).toBe(201);
    const again = await client.createSnapshot({ body: {} });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await client.createSnapshot({ body: {} }, { idempotencyKey: 'once' })).status).toBe(201);

    const bytes = await index(first.body.id);
    expect([sha256(bytes), bytes.length]).toEqual([first.body.indexDigest, first.body.sizeBytes]);
    const path = join(folderForTest(), 'index');
    writeFileSync(path, bytes);
    const opened = openIndex(path);
    opened.verify();
    expect([opened.snapshot, opened.info.records]).toEqual([first.body.digest, 2]);
    opened.close();

    await rig.eventually('the event of the snapshot', async () => {
      const page = await readEvents(database, tenantId, position, 10);
      if (page.kind !== 'events' || page.events.length === 0) return false;
      const { id: snapshotId, digest, indexDigest, records } = first.body;
      expect(page.events.map(({ type, data }) => [type, data])).toEqual([
        ['concelier.snapshot.created', { snapshotId, digest, indexDigest, records }],
      ]);
      return true;
    });

    // More versions of known records that are not the newest make no other state.
    await send(bytesOf(record('I-1', { modified: '2020-01-01T00:00:00Z' })));
    expect(await client.createSnapshot({ body: {} })).toMatchObject({ status: 200, body: first.body });
    await send(bytesOf(record('I-3')));
    const next = await client.createSnapshot({ body: {} });
    expect([next.status, next.body.records]).toEqual([201, 3]);
    const { items } = (await client.listSnapshots({ query: {} })).body;
    expect(items).toEqual([next.body, first.body]);
    expect((await client.getSnapshot({ params: { snapshotId: first.body.id } })).body).toEqual(first.body);
  });

  test('a snapshot whose index is gone or of no use to this release is built again', async () => {
    const { tenantId, send, client, index } = tenantOf(rig);
    await send(bytesOf(record('G-1')));
    const first = (await client.createSnapshot({ body: {} })).body;
    await rig.host.objects.tenant(tenantId, 'advisory-snapshots').delete(first.indexDigest as `sha256:${string}`);
    const second = await client.createSnapshot({ body: {} });
    expect([second.status, second.body.digest]).toEqual([200, first.digest]);
    expect(sha256(await index(first.id))).toBe(first.indexDigest);
  });

  test('a snapshot that a newer one overtook while it was built does not become current', async () => {
    const { tenantId, send, client } = tenantOf(rig);
    await send(bytesOf(record('L-1')));
    const parts = {
      host: rig.host,
      clock: systemClock,
      ids: systemIds,
      logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined } as never,
      record: concelierMetrics().record,
      builds: new Turns(),
      stopping: new AbortController().signal,
      workFolder: folderForTest(),
    };
    const late = await createSnapshot(parts, {
      tenantId,
      commit: async (run) => {
        await send(bytesOf(record('L-2')));
        await client.createSnapshot({ body: {} });
        return commitOfService(parts, tenantId, 'concelier.test')(run);
      },
    });
    expect([late.status, late.body.records]).toEqual([200, 2]);
    const { items } = (await client.listSnapshots({ query: {} })).body;
    expect(items.map(({ records }) => records)).toEqual([2]);
  });

  test('a linkset joins records by shared names, through others too, and changes none', async () => {
    const { send, client } = tenantOf(rig);
    const one = record('K-GHSA', { aliases: ['CVE-2026-10'], summary: 'one' });
    const two = record('K-PYSEC', { aliases: ['CVE-2026-10', 'CVE-2026-11'], summary: 'two' });
    const three = record('K-GO', { aliases: ['CVE-2026-11'] });
    const distro = record('K-DSA', { upstream: ['CVE-2026-11'] });
    const bulletin = record('K-BULLETIN', { upstream: ['CVE-2026-11', 'CVE-2026-99'] });
    await send(linesOf([one, two, three, distro, bulletin, record('K-OTHER', { aliases: ['CVE-2026-12'] })]));
    const { body } = await client.getLinkset({ params: { vulnerability: 'K-GHSA' } });
    expect(body.names).toEqual(['CVE-2026-10', 'CVE-2026-11', 'K-DSA', 'K-GHSA', 'K-GO', 'K-PYSEC']);
    expect(body.observations.map(({ advisoryId, summary }) => [advisoryId, summary])).toEqual([
      ['K-DSA', null],
      ['K-GHSA', 'one'],
      ['K-GO', null],
      ['K-PYSEC', 'two'],
    ]);
    expect(body.isWhole).toBe(true);
    // A later version that takes an alias back unties what only it had joined.
    await send(bytesOf({ ...two, aliases: ['CVE-2026-10'], modified: '2026-05-01T00:00:00Z' }));
    expect((await client.getLinkset({ params: { vulnerability: 'K-GHSA' } })).body.names).toEqual([
      'CVE-2026-10',
      'K-GHSA',
      'K-PYSEC',
    ]);
    await expect(client.getLinkset({ params: { vulnerability: 'CVE-1' } })).rejects.toThrow(code('NOT_FOUND'));
  });

  test('a linkset of more records than are listed says that it is not whole', async () => {
    const { send, client } = tenantOf(rig);
    await send(linesOf(Array.from({ length: 230 }, (_, n) => record(`W-${n}`, { aliases: ['CVE-2026-20'] }))));
    const { body } = await client.getLinkset({ params: { vulnerability: 'CVE-2026-20' } });
    expect([body.observations.length, body.isWhole]).toEqual([200, false]);
  });

  test('records are found by id, alias, ecosystem and package, as the ecosystem spells it', async () => {
    const { send, ids } = tenantOf(rig);
    await send(
      linesOf([
        record('F-1', { aliases: ['CVE-2026-30'] }, 'Flask_Login'),
        osv('F-2', [affects('Debian:12', 'openssl', fixed('3')), affects('Debian:11', 'openssl', fixed('1'))]),
        osv('F-3', [affects('Debianish', 'openssl', fixed('3'))]),
        osv('F-4', [affects('npm', 'Flask_Login', fixed('3'))]),
      ]),
    );
    expect(await ids({ id: 'F-1' })).toEqual(['F-1']);
    expect(await ids({ id: 'CVE-2026-30' })).toEqual(['F-1']);
    expect(await ids({ id: 'CVE-2026-3' })).toEqual([]);
    expect(await ids({ ecosystem: 'Debian' })).toEqual(['F-2']);
    expect(await ids({ ecosystem: 'Debian:12' })).toEqual(['F-2']);
    expect(await ids({ ecosystem: 'PyPI', package: 'flask-login' })).toEqual(['F-1']);
    expect(await ids({ ecosystem: 'PyPI', package: 'Flask.Login' })).toEqual(['F-1']);
    expect(await ids({ ecosystem: 'npm', package: 'flask-login' })).toEqual([]);
    expect(await ids({ package: 'Flask_Login' })).toEqual(['F-1', 'F-4']);
    expect(await ids({ package: 'openssl' })).toEqual(['F-2', 'F-3']);
  });

  test('pages show each record once, in order of ids, and a cursor serves its own filter only', async () => {
    const { send, client } = tenantOf(rig);
    const names = Array.from({ length: 25 }, (_, n) => `${n % 2 === 0 ? 'Z' : 'a'}-${n}`);
    await send(linesOf(names.map((id) => record(id))));
    const seen: string[] = [];
    for await (const { advisoryId } of eachItem(
      async (cursor) =>
        (await client.listAdvisories({ query: { limit: 4, ...(cursor === undefined ? {} : { cursor }) } })).body,
    )) {
      seen.push(advisoryId);
    }
    expect(seen).toEqual([...names].sort());
    const { next } = (await client.listAdvisories({ query: { limit: 4 } })).body;
    const mixed = client.listAdvisories({ query: { limit: 4, cursor: next ?? '', ecosystem: 'PyPI' } });
    await expect(mixed).rejects.toThrow(code('CURSOR_INVALID'));
  });

  test('names that no index can hold, and texts that no database can, stop neither import nor snapshot', async () => {
    const { send, list, ids, client } = tenantOf(rig);
    // Distinct characters of three bytes: 3 kB that the database cannot compress into a key.
    const long = Array.from({ length: 1_000 }, (_, n) => String.fromCodePoint(0x4e00 + ((n * 7_919) % 20_000))).join(
      '',
    );
    const hostile = record('H-1', {
      summary: 'nul \u0000 here',
      aliases: ['__proto__', 'constructor', long.slice(0, 250)],
      affected: [
        affects('PyPI', long, fixed('1')),
        affects(long.slice(0, 250), 'package', fixed('1')),
        ...Array.from({ length: 6_000 }, (_, n) => affects('npm', `p${n}`, fixed('1'))),
      ],
    });
    expect(await send(bytesOf(hostile), 'application/json')).toMatchObject({ imported: 1, brokenCount: 0 });
    const [found] = await list();
    expect(found).toMatchObject({ summary: 'nul \ufffd here', packageCount: 6_002, advisoryId: 'H-1' });
    expect(found?.packages).toHaveLength(200);
    expect(await ids({ id: '__proto__' })).toEqual(['H-1']);
    expect(await ids({ ecosystem: 'npm', package: 'p42' })).toEqual(['H-1']);
    expect((await client.createSnapshot({ body: {} })).body.records).toBe(1);
  });

  test('files of a watched folder are imported when they come or change, and a snapshot follows', async () => {
    const client = rig.as(CONCELIER_ROUTES, { tenantId: watchTenant });
    const current = async () => (await client.listSnapshots({ query: {} })).body.items[0];
    // Files appear whole, as a mirror puts them.
    const place = (name: string, bytes: Uint8Array): void => {
      writeFileSync(join(watched, '.partial'), bytes);
      renameSync(join(watched, '.partial'), join(watched, name));
    };
    mkdirSync(join(watched, 'inner'));
    place('a-damaged.zip', Buffer.from('PK\u0003\u0004 no zip'));
    place('inner/one.jsonl', linesOf([record('D-1'), record('D-2')]));
    place('notes.txt', Buffer.from('not a source'));
    await rig.eventually('a snapshot of two records', async () => (await current())?.records === 2);
    expect((await client.listAdvisories({ query: {} })).body.items.map(({ source }) => source)).toEqual([
      'mirror',
      'mirror',
    ]);
    place('two.json', bytesOf(record('D-3')));
    place('inner/one.jsonl', linesOf([record('D-1'), record('D-2'), record('D-4')]));
    await rig.eventually('a snapshot of four records', async () => (await current())?.records === 4);
    // The damaged file is tried once, not at every look.
    const failures = rig.log.filter((line) => line.includes('could not be imported'));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain('a-damaged.zip');
    expect(await rig.host.renderMetrics()).toMatch(/concelier_watch_failures_total 1\n/);
    const actions = new Set((await audited(watchTenant)).map(({ action }) => action));
    expect(actions).toEqual(new Set(['concelier.import-of-watched-file', 'concelier.snapshot-of-watched-folder']));
  });

  test('metrics count records and know the time of the newest snapshot of each tenant', async () => {
    const { tenantId, send, client } = tenantOf(rig);
    await send(bytesOf(record('Q-1')));
    const { createdAt } = (await client.createSnapshot({ body: {} })).body;
    const text = await rig.host.renderMetrics();
    expect(text).toMatch(/concelier_records_total\{outcome="imported"\} \d+/);
    expect(text).toContain(`concelier_snapshot_time_seconds{tenant="${tenantId}"} ${Date.parse(createdAt) / 1000}`);
  });

  describeNeeding(['corpus'], 'public records', () => {
    test('the snapshot of imported records is byte for byte what the offline command builds from the same files', async () => {
      const names = ['advisories/osv-go.jsonl.zst', 'advisories/osv-pypa.jsonl.zst'];
      const { send, client, index } = tenantOf(rig);
      for (const name of names) expect(await send(corpusBytes(name))).toMatchObject({ brokenCount: 0 });
      const { body } = await client.createSnapshot({ body: {} });
      const out = join(folderForTest(), 'index');
      const stats = await writeIndex(readAdvisorySources(names.map(corpusPath)), { out });
      expect(body).toMatchObject({ digest: stats.snapshot, records: stats.records, sizeBytes: stats.sizes.totalBytes });
      const [ours, theirs] = [await index(body.id), readFileSync(out)];
      expect(ours.equals(theirs)).toBe(true);
    });
  });
});
