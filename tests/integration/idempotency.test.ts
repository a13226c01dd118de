import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { checkTenancy, type Database, dumpSchema, migrate } from '@stella-ops/platform/database';
import {
  databaseIdempotency,
  finishClaim,
  forgetOpenClaims,
  type IdempotencyClaim,
  IDEMPOTENCY_SCHEMA,
  trimIdempotency,
} from '@stella-ops/platform/http';
import { AUDIT_SCHEMA, CHAIN_START, recordAudit } from '@stella-ops/platform/audit';
import { digestOf } from '@stella-ops/engine-kernel';
import { describeEachEngine, TENANT_A, TENANT_B } from '@stella-ops/testkit/server';

const REPLY = { status: 201, headers: { etag: '"v1"' }, body: '{"id":"1"}' };

describeEachEngine('idempotency keys', (engine) => {
  let database: Database;
  let now = '2026-05-01T10:00:00.000Z';
  let serial = 0;
  const clock = { now: () => now, monotonicMs: () => 0 };
  const claim = (key: string, over: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
    tenantId: TENANT_A,
    actorId: 'ada',
    routeId: 'releases.create',
    key,
    fingerprint: digestOf('request'),
    token: `01930000-0000-7000-8000-${String(++serial).padStart(12, '0')}`,
    ...over,
  });

  beforeAll(async () => {
    database = await engine.fresh();
    await migrate(database, [IDEMPOTENCY_SCHEMA, AUDIT_SCHEMA]);
    return () => database.close();
  });

  // Tests run in any order, and some let time pass.
  beforeEach(() => {
    now = '2026-05-01T10:00:00.000Z';
  });

  test('the committed schemas are what the migrations make, and keep tenants apart', async () => {
    for (const { schema, folder } of [IDEMPOTENCY_SCHEMA, AUDIT_SCHEMA]) {
      await expect(await dumpSchema(database, schema)).toMatchFileSnapshot(join(folder, 'schema.sql'));
      expect(await checkTenancy(database, schema)).toEqual([]);
    }
  });

  test('a repeated request gets the first answer; another request under the key is refused', async () => {
    const store = databaseIdempotency(database, clock);
    const first = claim('a');
    expect(await store.begin(first)).toEqual({ state: 'new' });
    expect(await store.begin(claim('a'))).toEqual({ state: 'running' });
    await database.withTenant(TENANT_A, (tx) => finishClaim(tx, first, REPLY));
    await store.finish(first, { ...REPLY, status: 500 });
    expect(await store.begin(claim('a'))).toEqual({ state: 'done', reply: REPLY });
    expect(await store.begin(claim('a', { fingerprint: digestOf('other') }))).toEqual({ state: 'other-request' });
  });

  test('keys of other tenants, people and routes are other keys', async () => {
    const store = databaseIdempotency(database, clock);
    expect(await store.begin(claim('b'))).toEqual({ state: 'new' });
    expect(await store.begin(claim('b', { tenantId: TENANT_B }))).toEqual({ state: 'new' });
    expect(await store.begin(claim('b', { actorId: 'eve' }))).toEqual({ state: 'new' });
    expect(await store.begin(claim('b', { routeId: 'releases.delete' }))).toEqual({ state: 'new' });
  });

  test('a failed request frees its key, an answered one does not', async () => {
    const store = databaseIdempotency(database, clock);
    const failed = claim('c');
    await store.begin(failed);
    await store.forget(failed);
    const next = claim('c');
    expect(await store.begin(next)).toEqual({ state: 'new' });
    await store.finish(next, REPLY);
    await store.forget(next);
    expect(await store.begin(claim('c'))).toEqual({ state: 'done', reply: REPLY });
  });

  test('a claim whose process is gone is taken over after a minute, and the late first request is undone', async () => {
    const store = databaseIdempotency(database, clock);
    const late = claim('d');
    await store.begin(late);
    now = '2026-05-01T10:01:01.000Z';
    const second = claim('d');
    expect(await store.begin(second)).toEqual({ state: 'new' });
    const change = database.withTenant(TENANT_A, async (tx) => {
      await recordAudit(tx, {
        id: '01930000-0000-7000-8000-00000000aaaa',
        tenantId: TENANT_A,
        at: now,
        actor: { kind: 'user', id: 'ada', name: 'Ada' },
        action: 'releases.create',
        target: { type: 'release', id: '1' },
        outcome: 'done',
      });
      await finishClaim(tx, late, REPLY);
    });
    await expect(change).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    const { rows } = await database.withTenant(TENANT_A, (tx) =>
      sql<{ n: bigint }>`select count(*) as n from audit.entry`.execute(tx),
    );
    expect(rows[0]?.n).toBe(0n);
    await database.withTenant(TENANT_A, (tx) => finishClaim(tx, second, REPLY));
    expect(await store.begin(claim('d'))).toEqual({ state: 'done', reply: REPLY });
  });

  test('a process that is alone gives up what the one before it left open, and nothing else', async () => {
    const store = databaseIdempotency(database, clock);
    const done = claim('e');
    await store.begin(done);
    await store.finish(done, REPLY);
    await store.begin(claim('f'));
    await forgetOpenClaims(database);
    expect(await store.begin(claim('f'))).toEqual({ state: 'new' });
    expect(await store.begin(claim('e'))).toEqual({ state: 'done', reply: REPLY });
  });

  test('a key whose request failed while the database was away is free as soon as the database is back', async () => {
    let isAway = false;
    const unsteady: Database = {
      ...database,
      withTenant: async (...call) => {
        // A claim may have been written though nobody heard of it.
        const result = isAway && call[0] === TENANT_A ? undefined : await database.withTenant(...call);
        if (isAway) throw new Error('the database is away');
        return result as never;
      },
    };
    const store = databaseIdempotency(unsteady, clock);
    const failed = claim('h');
    await store.begin(failed);
    const unheard = claim('h', { tenantId: TENANT_B });
    isAway = true;
    await expect(store.forget(failed)).rejects.toThrow('away');
    await expect(store.begin(unheard)).rejects.toThrow('away');
    isAway = false;
    expect(await databaseIdempotency(database, clock).begin(claim('h'))).toEqual({ state: 'running' });
    const next = claim('h');
    expect(await store.begin(next)).toEqual({ state: 'new' });
    expect(await store.begin(claim('h'))).toEqual({ state: 'running' });
    expect(await store.begin(claim('h', { tenantId: TENANT_B }))).toEqual({ state: 'new' });
    await database.withTenant(TENANT_A, (tx) => finishClaim(tx, next, REPLY));
    expect(await store.begin(claim('h'))).toEqual({ state: 'done', reply: REPLY });
  });

  test('answers are kept for a day', async () => {
    const store = databaseIdempotency(database, clock);
    const done = claim('g');
    await store.begin(done);
    await store.finish(done, REPLY);
    now = '2026-05-02T11:00:00.000Z';
    await trimIdempotency(database, clock);
    expect(await store.begin(claim('g'))).toEqual({ state: 'new' });
  });

  test('each audit entry names the hash before it, and a tenant has a chain of its own', async () => {
    const entry = (tenantId: string, id: string) =>
      database.withTenant(tenantId, (tx) =>
        recordAudit(tx, {
          id,
          tenantId,
          at: now,
          actor: { kind: 'service', id: 'policy', name: 'policy', onBehalfOf: 'ada' },
          action: 'policy.judge',
          target: { type: 'image', id: 'x' },
          outcome: 'done',
          details: { changed: true },
        }),
      );
    const tenant = '0193cccc-0000-7000-8000-00000000000c';
    await Promise.all([1, 2, 3].map((n) => entry(tenant, `01930000-0000-7000-8000-00000000bbb${n}`)));
    await entry(TENANT_B, '01930000-0000-7000-8000-00000000bbbf');
    const { rows } = await database.withTenant(tenant, (tx) =>
      sql<{ sequence: bigint; body: string; hash: string; actor_id: string }>`
        select sequence, body, hash, actor_id from audit.entry order by sequence`.execute(tx),
    );
    expect(rows.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n]);
    let previous = CHAIN_START;
    for (const { body, hash, actor_id: actor } of rows) {
      expect(hash).toBe(digestOf(body));
      expect((JSON.parse(body) as { previous: string }).previous).toBe(previous);
      expect(actor).toBe('ada');
      previous = hash;
    }
  });
});
