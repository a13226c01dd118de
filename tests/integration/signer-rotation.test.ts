import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { MAX_SIGNING_KEYS, SIGNER_EVENTS, SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { pae, readTrust, type TrustMaterial, verifyBundle, verifySignature } from '@stella-ops/engine-envelope';
import type { Database } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as attestor } from '@stella-ops/service-attestor';
import { service as signer } from '@stella-ops/service-signer';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { statementAbout } from './attestor-entries.ts';

describeEachEngine('rotation of signing keys', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'stella-rotation-'));
  const settings = { secretsDir: join(folder, 'secrets') };
  let database: Database;
  /** Two processes of one installation, where there can be two. */
  let rig: ServiceRig;
  let other: ServiceRig;

  const open = (more: Record<string, string> = {}) =>
    openServiceRig({
      services: [signer, attestor],
      database,
      config: { signer: { ...settings, ...more }, attestor: settings },
    });
  const as = (tenantId: string, on = rig) => on.as(SIGNER_ROUTES, { tenantId });
  const payload = Buffer.from('payload').toString('base64');
  const sign = async (tenantId: string, on = rig) =>
    (await as(tenantId, on).sign({ body: { payloadType: 'text/plain', payload } })).body;
  const rotate = async (tenantId: string, retire: string, on = rig) =>
    (await as(tenantId, on).rotateKey({ body: { retire } })).body;
  const keysOf = async (tenantId: string) => (await as(tenantId).listKeys({})).body.keys;
  const isGood = ({ publicKey, signature }: { readonly publicKey: string; readonly signature: string }) =>
    verifySignature(
      Buffer.from(publicKey, 'base64'),
      pae('text/plain', Buffer.from('payload')),
      Buffer.from(signature, 'base64'),
    );
  /** Two active keys would show here; the table itself refuses them. */
  const expectOneActive = async (tenantId: string, hint: string) => {
    const active = (await keysOf(tenantId)).filter(({ state }) => state === 'active');
    expect(active.map((key) => key.hint)).toEqual([hint]);
  };

  beforeAll(async () => {
    database = await engine.database();
    rig = await open();
    // The embedded database lets one process in.
    other = database.engine === 'embedded' ? rig : await open();
  });
  afterAll(async () => {
    await rig.close();
    if (other !== rig) await other.close();
    rmSync(folder, { recursive: true });
  });

  test('the new key begins when the old one ends, and the old one has no private half any more', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint: first } = await sign(tenantId);
    const { active, retired } = await rotate(tenantId, first);
    expect(retired).toMatchObject({ hint: first, state: 'retired', isActive: false, retiredAt: active.createdAt });
    expect(active).toMatchObject({ state: 'active', isActive: true, retiredAt: null });
    expect(active.hint).not.toBe(first);
    expect(await keysOf(tenantId)).toEqual([retired, active]);
    expect((await sign(tenantId)).keyHint).toBe(active.hint);
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ hint: string; sealed: string | null }>`
        select hint, sealed_private_key as sealed from signer.signing_key order by retired_at nulls last`.execute(tx),
    );
    expect(rows).toEqual([
      { hint: first, sealed: null },
      { hint: active.hint, sealed: expect.stringMatching(/^v1\./) as unknown },
    ]);
    // Nothing of the product can bring it back: the table refuses an active key without its private half.
    const revived = database.withTenant(tenantId, async (tx) => {
      await sql`update signer.signing_key set is_active = false, retired_at = created_at, sealed_private_key = null
                where hint = ${active.hint}`.execute(tx);
      await sql`update signer.signing_key set is_active = true, retired_at = null where hint = ${first}`.execute(tx);
    });
    await expect(revived).rejects.toThrow('signing_key_retired');
    await expectOneActive(tenantId, active.hint);
  });

  test('a rotation is in the audit trail with both keys, and is announced', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint: first } = await sign(tenantId);
    const { active } = await rotate(tenantId, first);
    const read = <Row>(query: ReturnType<typeof sql<Row>>) =>
      database.withTenant(tenantId, async (tx) => (await query.execute(tx)).rows);
    const entries = await read(sql<{ body: string }>`select body from audit.entry order by sequence`);
    expect(entries.map(({ body }) => JSON.parse(body) as object)).toContainEqual(
      expect.objectContaining({
        action: 'signer.keys.rotate',
        target: { type: 'signing-key', id: expect.any(String) as string },
        details: { keyHint: active.hint, algorithm: 'ecdsa-p256', retired: first },
      }),
    );
    const events = await read(
      sql<{ data: unknown }>`select data from events.outbox where type = ${SIGNER_EVENTS.keyRotated.type}`,
    );
    expect(events).toEqual([{ data: { active: active.hint, retired: first } }]);
  });

  test('of two that rotate the same key at once one does, and the other hears that it was too late', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint: first } = await sign(tenantId);
    const both = await Promise.allSettled([rotate(tenantId, first), rotate(tenantId, first, other)]);
    const done = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refused).toEqual([expect.objectContaining({ code: 'KEY_NOT_ACTIVE' })]);
    expect(await keysOf(tenantId)).toHaveLength(2);
    await expectOneActive(tenantId, done[0]?.active.hint ?? '');
  });

  test('a repeated request rotates once and gets the same answer', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint: first } = await sign(tenantId);
    const ask = () => as(tenantId).rotateKey({ body: { retire: first } }, { idempotencyKey: 'rotation-1' });
    const { body } = await ask();
    expect((await ask()).body).toEqual(body);
    expect(await keysOf(tenantId)).toHaveLength(2);
  });

  test('what is signed during rotations is good, and what is asked for after one is by the new key, in each process', async () => {
    const tenantId = systemIds.uuid();
    const ages = new Map([[(await sign(tenantId)).keyHint, 0]]);
    /** How many rotations were answered. */
    let answered = 0;
    const made: { readonly hint: string; readonly since: number; readonly isGood: boolean }[] = [];
    const signing = [rig, other, rig, other].map(async (on) => {
      for (let at = 0; at < 20; at++) {
        const since = answered;
        const signed = await sign(tenantId, on);
        made.push({ hint: signed.keyHint, since, isGood: isGood(signed) });
      }
    });
    const rotating = (async () => {
      for (let at = 1; at <= 5; at++) {
        const [retire = ''] = [...ages].find(([, age]) => age === at - 1) ?? [];
        const { active } = await rotate(tenantId, retire, at % 2 === 0 ? rig : other);
        ages.set(active.hint, at);
        answered = at;
      }
    })();
    await Promise.all([...signing, rotating]);
    expect(made).toHaveLength(80);
    for (const { hint, since, isGood: good } of made) {
      expect(good).toBe(true);
      expect(ages.get(hint)).toBeGreaterThanOrEqual(since);
    }
    const [newest = ''] = [...ages].find(([, age]) => age === 5) ?? [];
    for (const on of [rig, other]) expect((await sign(tenantId, on)).keyHint).toBe(newest);
    await expectOneActive(tenantId, newest);
  });

  test('another tenant neither sees nor rotates the key, and gets none by trying', async () => {
    const [owner, stranger] = [systemIds.uuid(), systemIds.uuid()];
    const { keyHint } = await sign(owner);
    await expect(rotate(stranger, keyHint)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await keysOf(stranger)).toEqual([]);
    await sign(stranger);
    await expect(rotate(stranger, keyHint)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expectOneActive(owner, keyHint);
  });

  test('who may sign may not rotate', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint } = await sign(tenantId);
    const client = rig.as(SIGNER_ROUTES, { tenantId, scopes: ['signer.sign', 'evidence.read'] });
    await expect(client.rotateKey({ body: { retire: keyHint } })).rejects.toMatchObject({ code: 'SCOPE_MISSING' });
    await expectOneActive(tenantId, keyHint);
  });

  test('a wrong master key seals no new key', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint } = await sign(tenantId);
    const wrong = join(folder, 'wrong.key');
    writeFileSync(wrong, randomBytes(32).toString('base64'));
    const third = await open({ masterKeyFile: wrong });
    try {
      await expect(rotate(tenantId, keyHint, third)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
    } finally {
      await third.close();
    }
    await expectOneActive(tenantId, keyHint);
  });

  test('a key more than a trusted root can hold is not made', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint } = await sign(tenantId);
    await database.withTenant(tenantId, (tx) =>
      sql`
        insert into signer.signing_key
          (tenant_id, id, hint, algorithm, public_key, is_active, created_at, retired_at)
        select tenant_id, gen_random_uuid(), 'former ' || number, algorithm, public_key, false, created_at, created_at
        from signer.signing_key, generate_series(1, ${MAX_SIGNING_KEYS - 1}::int) as number
        where tenant_id = ${tenantId}`.execute(tx),
    );
    await expect(rotate(tenantId, keyHint)).rejects.toMatchObject({ code: 'KEY_LIMIT' });
    await expectOneActive(tenantId, keyHint);
    expect((await sign(tenantId)).keyHint).toBe(keyHint);
  });

  test('evidence of before and after a rotation verifies with the new trusted root, and the old one says what to do', async () => {
    const tenantId = systemIds.uuid();
    const client = rig.as(ATTESTOR_ROUTES, { tenantId });
    const trust = async (): Promise<TrustMaterial> => {
      const parts: Uint8Array[] = [];
      for await (const part of (await client.getTrust({})).body.content) parts.push(part);
      return readTrust(Buffer.concat(parts), 'trust');
    };
    const attest = async (text: string) => {
      const statement = statementAbout(text).toString('base64');
      return Buffer.from((await client.attest({ body: { statement } })).body.bundle, 'base64');
    };
    const before = await attest('before');
    const [first] = await keysOf(tenantId);
    const oldRoot = await trust();
    expect(oldRoot.keys).toMatchObject([{ hint: first?.hint, validFor: { start: first?.createdAt } }]);
    const { active, retired } = await rotate(tenantId, first?.hint ?? '');
    const after = await attest('after');
    const newRoot = await trust();
    expect(newRoot.keys.map(({ hint, validFor }) => ({ hint, validFor }))).toEqual([
      { hint: retired.hint, validFor: { start: retired.createdAt, end: retired.retiredAt } },
      { hint: active.hint, validFor: { start: active.createdAt } },
    ]);
    const verify = (bundle: Buffer, root: TrustMaterial, at?: string) =>
      verifyBundle(bundle, { trust: root, log: 'required', strict: true, ...(at === undefined ? {} : { at }) });
    expect(verify(before, newRoot)).toMatchObject({ ok: true });
    expect(verify(after, newRoot)).toMatchObject({ ok: true });
    expect(verify(before, oldRoot)).toMatchObject({ ok: true });
    expect(verify(after, oldRoot)).toMatchObject({
      ok: false,
      status: 'unverifiable',
      failed: { name: 'key', detail: expect.stringContaining('get the new trusted root') as string },
    });
    // Who knows the time of a signature from elsewhere holds it against the period of the key.
    expect(verify(before, newRoot, '2099-01-01T00:00:00.000Z')).toMatchObject({ ok: false, failed: { name: 'key' } });
    expect(verify(before, newRoot, retired.createdAt)).toMatchObject({ ok: true });
  });
});
