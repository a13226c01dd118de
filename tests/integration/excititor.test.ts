import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { eachItem } from '@stella-ops/contracts';
import { EXCITITOR_ROUTES, type VexSnapshot } from '@stella-ops/contracts/excititor';
import { readOpenVex } from '@stella-ops/engine-vex';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { currentPosition, readEvents } from '@stella-ops/platform/events';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as excititor } from '@stella-ops/service-excititor';
import { corpusTar, describeNeeding } from '@stella-ops/testkit';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';

const SCHEMA_FILE = join(import.meta.dirname, '../../services/excititor/schema.sql');

const sha256 = (bytes: Uint8Array | string): `sha256:${string}` =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

interface Said {
  readonly vulnerability?: unknown;
  readonly products?: readonly unknown[];
  readonly status?: string;
  readonly [member: string]: unknown;
}

const says = (more: Said = {}) => ({
  vulnerability: { name: 'CVE-2026-1', aliases: ['GHSA-aaaa-bbbb-cccc'] },
  products: [{ '@id': 'pkg:oci/app' }],
  status: 'not_affected',
  justification: 'component_not_present',
  ...more,
});

function vex(id: string, statements: readonly object[] = [says()], more: object = {}): Buffer {
  return Buffer.from(
    JSON.stringify(
      {
        '@context': 'https://openvex.dev/ns/v0.2.0',
        '@id': `https://vex.example/${id}`,
        author: 'Example Team',
        timestamp: '2026-01-02T03:04:05Z',
        version: 1,
        statements,
        ...more,
      },
      null,
      1,
    ),
  );
}

async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 5_003) yield await Promise.resolve(bytes.subarray(at, at + 5_003));
}

function tenantOf(rig: ServiceRig) {
  const tenantId = systemIds.uuid();
  const client = rig.as(EXCITITOR_ROUTES, { tenantId });
  const send = async (bytes: Uint8Array, provider = 'upload') =>
    (await client.importVex({ query: { provider }, body: { contentType: 'application/json', content: cut(bytes) } }))
      .body;
  const statements = async (vulnerability?: string) =>
    (await client.listStatements({ query: vulnerability === undefined ? {} : { vulnerability } })).body.items;
  const raw = async (digest: string): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await client.getDocument({ params: { digest } })).body.content) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const snapshots = async () => (await client.listSnapshots({ query: {} })).body.items;
  return { tenantId, client, send, statements, raw, snapshots };
}

describeEachEngine('rules of excititor', (engine) => {
  let database: Database;
  let rig: ServiceRig;
  beforeAll(async () => {
    database = await engine.database();
    rig = await openServiceRig({
      services: [excititor],
      database,
      config: { excititor: { maxStatements: 10_000 } },
    });
    return () => rig.close();
  });

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    await expect(await dumpSchema(database, 'vex')).toMatchFileSnapshot(SCHEMA_FILE);
    expect(await checkTenancy(database, 'vex')).toEqual([]);
  });

  test('it says that it never merges', () => {
    expect(rig.host.capabilities).toEqual({ merge: false });
  });

  test('a document is given back byte for byte, and told of with what it is', async () => {
    const { send, raw, client } = tenantOf(rig);
    const bytes = vex('one', [says(), says({ vulnerability: { name: 'CVE-2026-2' }, status: 'fixed' })]);
    const { document, isNew, warnings } = await send(bytes, 'vendor');
    expect(document).toMatchObject({
      digest: sha256(bytes),
      documentId: 'https://vex.example/one',
      author: 'Example Team',
      timestamp: '2026-01-02T03:04:05.000Z',
      statements: 2,
      provider: 'vendor',
    });
    expect([isNew, warnings]).toEqual([true, []]);
    expect(await raw(document.digest)).toEqual(bytes);
    expect((await client.listDocuments({ query: {} })).body.items).toEqual([document]);
  });

  test('the import makes the snapshot with the document, whose digest is that of the sorted list', async () => {
    const { tenantId, send, snapshots } = tenantOf(rig);
    const position = await currentPosition(database, tenantId);
    const documents = [vex('s1'), vex('s2'), vex('s3')];
    const made: VexSnapshot[] = [];
    for (const one of documents) made.push((await send(one)).snapshot);
    expect(await snapshots()).toEqual(made.toReversed());
    for (const [n, { digest, documents: count }] of made.entries()) {
      const list = documents
        .slice(0, n + 1)
        .map(sha256)
        .sort();
      const text = `{"documents":${JSON.stringify(list)},"format":"stella.vex-snapshot/v1"}`;
      expect([digest, count]).toEqual([sha256(text), n + 1]);
      const stored = await rig.host.objects.tenant(tenantId, 'vex-snapshots').get(digest as `sha256:${string}`);
      expect(stored?.toString()).toBe(text);
    }
    await rig.eventually('the events of the snapshots', async () => {
      const page = await readEvents(database, tenantId, position, 10);
      if (page.kind !== 'events' || page.events.length < 3) return false;
      expect(page.events.map(({ type, data }) => [type, data])).toEqual(
        made.map(({ id, digest, documents: count }) => [
          'excititor.snapshot.created',
          { snapshotId: id, digest, documents: count },
        ]),
      );
      return true;
    });
  });

  test('the order in which documents come makes no difference to the snapshot', async () => {
    const [one, other] = [tenantOf(rig), tenantOf(rig)];
    await one.send(vex('a'));
    const first = await one.send(vex('b'));
    await other.send(vex('b'));
    const second = await other.send(vex('a'));
    expect(first.snapshot.digest).toBe(second.snapshot.digest);
  });

  test('the same document again changes nothing and names the current snapshot', async () => {
    const { send, snapshots, statements, tenantId } = tenantOf(rig);
    const first = await send(vex('x'));
    const { snapshot } = await send(vex('y'));
    const again = await send(vex('x'), 'somebody else');
    expect(again).toEqual({ document: first.document, snapshot, isNew: false, warnings: [] });
    expect(await snapshots()).toHaveLength(2);
    expect(await statements()).toHaveLength(2);
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ action: string }>`select action from audit.entry`.execute(tx),
    );
    expect(rows.map(({ action }) => action)).toEqual(['excititor.documents.import', 'excititor.documents.import']);
  });

  test('documents that come at the same time are all in the last snapshot', async () => {
    const { send, snapshots } = tenantOf(rig);
    const documents = Array.from({ length: 8 }, (_, n) => vex(`p${n}`));
    // Twice each: of two the same one is new.
    const replies = await Promise.all([...documents, ...documents].map((one) => send(one)));
    expect(replies.filter(({ isNew }) => isNew)).toHaveLength(8);
    const made = await snapshots();
    expect(made.map(({ documents: count }) => count)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('processes that add to one tenant at the same time lose no document', async () => {
    const other = await openServiceRig({ services: [excititor], database });
    try {
      const { tenantId, send, snapshots } = tenantOf(rig);
      const elsewhere = other.as(EXCITITOR_ROUTES, { tenantId });
      await Promise.all(
        Array.from({ length: 5 }, async (_, n) => {
          await Promise.all([
            send(vex(`here-${n}`)),
            elsewhere.importVex({
              query: {},
              body: { contentType: 'application/json', content: cut(vex(`there-${n}`)) },
            }),
          ]);
        }),
      );
      const made = await snapshots();
      expect(made.map(({ documents }) => documents)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    } finally {
      await other.close();
    }
  });

  test('a fault of syntax is told by line and column, one of content by its pointer, all of them', async () => {
    const { send, snapshots } = tenantOf(rig);
    await expect(send(Buffer.from('{\n  "a": ]\n}'))).rejects.toMatchObject({
      code: 'VEX_INVALID',
      place: { line: 2, column: 8 },
    });
    const bad = vex('bad', [says(), says({ status: 'harmless', timestamp: 'yesterday' })]);
    const error: unknown = await send(bad).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'VEX_INVALID', place: { pointer: '/statements/1/status' } });
    expect(
      (error as { details: { violations: { pointer: string }[] } }).details.violations.map((one) => one.pointer),
    ).toEqual(['/statements/1/status', '/statements/1/timestamp']);
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('[]'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('{"@context":"x"}'),
    ]) {
      await expect(send(bytes)).rejects.toThrow(code('VEX_INVALID'));
    }
    expect(await snapshots()).toEqual([]);
  });

  test('what is read with caution is told as a warning with its place', async () => {
    const { send } = tenantOf(rig);
    const { warnings, document } = await send(vex('w', [says({ justification: '' }), says()], { author: '' }));
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(/^\/statements\/0: not_affected needs/);
    expect([document.author, document.statements]).toEqual([null, 1]);
  });

  test('statements of all documents stand side by side under each name of the vulnerability, newest document first', async () => {
    const { send, statements } = tenantOf(rig);
    const inside = { '@id': 'pkg:oci/app', subcomponents: [{ '@id': 'pkg:npm/a' }, { '@id': 'pkg:npm/b' }] };
    await send(vex('t1', [says({ products: [inside, { '@id': 'pkg:oci/app' }] })]));
    const second = await send(
      vex('t2', [says({ vulnerability: 'CVE-2026-9' }), says({ vulnerability: 'cve-2026-1', status: 'affected' })]),
    );
    const found = await statements('cve-2026-1');
    expect(found.map(({ status, index }) => [status, index])).toEqual([
      ['affected', 1],
      ['not_affected', 0],
    ]);
    expect(found[0]?.documentDigest).toBe(second.document.digest);
    expect(found[1]).toMatchObject({
      vulnerability: 'CVE-2026-1',
      products: ['pkg:oci/app'],
      productCount: 1,
      subcomponents: ['pkg:npm/a', 'pkg:npm/b'],
      justification: 'component_not_present',
      timestamp: '2026-01-02T03:04:05.000Z',
    });
    expect(await statements('GHSA-AAAA-bbbb-cccc')).toHaveLength(1);
    expect(await statements('CVE-2026-404')).toEqual([]);
  });

  test('pages show each statement once, over the borders of documents', async () => {
    const { send, client } = tenantOf(rig);
    const all: string[] = [];
    for (const id of ['q1', 'q2', 'q3']) {
      const { document } = await send(
        vex(
          id,
          Array.from({ length: 5 }, () => says()),
        ),
      );
      all.unshift(...Array.from({ length: 5 }, (_, index) => `${document.digest} ${index}`));
    }
    const seen: string[] = [];
    const query = { limit: 4, vulnerability: 'CVE-2026-1' };
    for await (const { documentDigest, index } of eachItem(
      async (cursor) =>
        (await client.listStatements({ query: { ...query, ...(cursor === undefined ? {} : { cursor }) } })).body,
    )) {
      seen.push(`${documentDigest} ${index}`);
    }
    expect(seen).toEqual(all);
    const documents: string[] = [];
    for await (const { documentId } of eachItem(
      async (cursor) =>
        (await client.listDocuments({ query: { limit: 1, ...(cursor === undefined ? {} : { cursor }) } })).body,
    )) {
      documents.push(documentId.slice(-2));
    }
    expect(documents).toEqual(['q3', 'q2', 'q1']);
  });

  test('what one tenant sent no other can find', async () => {
    const [mine, other] = [tenantOf(rig), tenantOf(rig)];
    const { document } = await mine.send(vex('secret'));
    await expect(other.raw(document.digest)).rejects.toThrow(code('NOT_FOUND'));
    expect(await other.statements()).toEqual([]);
    expect(await other.snapshots()).toEqual([]);
    expect((await other.client.listDocuments({ query: {} })).body.items).toEqual([]);
    expect((await other.send(vex('secret'))).isNew).toBe(true);
  });

  test('a reader may not import', async () => {
    const reader = rig.as(EXCITITOR_ROUTES, { tenantId: systemIds.uuid(), scopes: ['vex.read'] });
    const sent = reader.importVex({ query: {}, body: { contentType: 'application/json', content: cut(vex('r')) } });
    await expect(sent).rejects.toThrow(code('SCOPE_MISSING'));
  });

  test('texts that the database cannot hold are kept in the document and shown without harm', async () => {
    const { send, statements, raw } = tenantOf(rig);
    const long = Array.from({ length: 4_000 }, (_, n) => String.fromCodePoint(0x10000 + n * 37)).join('');
    const bytes = vex(
      'h\u0000',
      [
        says({
          vulnerability: { name: '__proto__', aliases: [long, 'nul\u0000', '\ud800'] },
          products: [
            { '@id': 'p\u0000' },
            ...Array.from({ length: 300 }, (_, n) => `pkg:oci/p${n}`),
            { hashes: { 'sha-256': 'a'.repeat(64) } },
          ],
        }),
      ],
      { author: 'a\u0000\udfff' },
    );
    const { document } = await send(bytes);
    expect([document.documentId, document.author]).toEqual(['https://vex.example/h\ufffd', 'a\ufffd\ufffd']);
    const [found] = await statements('__proto__');
    expect(found).toMatchObject({ vulnerability: '__PROTO__', productCount: 302 });
    expect(found?.products.slice(0, 2)).toEqual(['p\ufffd', 'pkg:oci/p0']);
    expect(found?.products).toHaveLength(100);
    expect(await raw(document.digest)).toEqual(bytes);
  });

  test('a document with more statements than the settings allow is refused, a large one is read whole', async () => {
    const { send, snapshots } = tenantOf(rig);
    const many = (count: number): object[] => Array.from({ length: count }, () => says());
    await expect(send(vex('many', many(10_001)))).rejects.toMatchObject({
      code: 'VEX_INVALID',
      place: { pointer: '/statements' },
    });
    expect(await snapshots()).toEqual([]);
    const { document } = await send(vex('enough', many(4_000)));
    expect(document.statements).toBe(4_000);
  });

  test('metrics count documents and know the time of the newest snapshot of each tenant', async () => {
    const { tenantId, send } = tenantOf(rig);
    const { snapshot } = await send(vex('m'));
    const text = await rig.host.renderMetrics();
    expect(text).toMatch(/excititor_documents_total\{outcome="new"\} \d+/);
    expect(text).toContain(
      `excititor_snapshot_time_seconds{tenant="${tenantId}"} ${Date.parse(snapshot.createdAt) / 1000}`,
    );
  });

  describeNeeding(['corpus'], 'public documents', () => {
    test('what the reader takes is kept, byte for byte, and what it refuses is refused', async () => {
      const { send, raw, snapshots } = tenantOf(rig);
      const members = [...corpusTar('vex/vex-small.tar.zst'), ...corpusTar('vex/vexhub-aqua.tar.zst')];
      const kept = new Set<string>();
      for (const [path, bytes] of members.filter(([name]) => name.endsWith('.json'))) {
        const reading = readOpenVex(bytes, path);
        if (!reading.ok) {
          await expect(send(bytes), path).rejects.toThrow(code('VEX_INVALID'));
          continue;
        }
        const { document } = await send(bytes);
        expect(document, path).toMatchObject({ digest: sha256(bytes), statements: reading.document.statements.length });
        expect((await raw(document.digest)).equals(bytes), path).toBe(true);
        kept.add(document.digest);
      }
      expect(kept.size).toBeGreaterThan(50);
      expect((await snapshots())[0]?.documents).toBe(kept.size);
    });
  });
});
