import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { hintOf, pae, readPublicKey, verifySignature } from '@stella-ops/engine-envelope';
import { digestOf } from '@stella-ops/engine-kernel';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as signer } from '@stella-ops/service-signer';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';

describeEachEngine('signing keys', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'stella-signer-'));
  const secretsDir = join(folder, 'secrets');
  const masterKey = join(secretsDir, 'master-key');
  let database: Database;
  let rig: ServiceRig;

  /** Another process of the same installation, or one with other settings. */
  const open = (config: Record<string, string> = { secretsDir }) =>
    openServiceRig({ services: [signer], database, config: { signer: config } });
  const as = (tenantId: string, on = rig) => on.as(SIGNER_ROUTES, { tenantId });
  const sign = async (tenantId: string, text = 'payload', on = rig) => {
    const payload = Buffer.from(text).toString('base64');
    return (await as(tenantId, on).sign({ body: { payloadType: 'text/plain', payload } })).body;
  };
  const audited = async (tenantId: string) => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ body: string }>`select body from audit.entry where tenant_id = ${tenantId} order by sequence`.execute(tx),
    );
    return rows.map(({ body }) => JSON.parse(body) as { action: string; target: unknown; details: unknown });
  };
  const keyCount = async (tenantId: string) => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql`select from signer.signing_key where tenant_id = ${tenantId}`.execute(tx),
    );
    return rows.length;
  };

  beforeAll(async () => {
    database = await engine.database();
    rig = await open();
  });
  afterAll(async () => {
    await rig.close();
    rmSync(folder, { recursive: true });
  });

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    await expect(await dumpSchema(database, 'signer')).toMatchFileSnapshot('../../services/signer/schema.sql');
    expect(await checkTenancy(database, 'signer')).toEqual([]);
  });

  test('a signature is over the pre-authentication encoding, by the key that the answer names', async () => {
    const tenantId = systemIds.uuid();
    const { signature, publicKey, keyHint, keyDetails } = await sign(tenantId);
    const spki = Buffer.from(publicKey, 'base64');
    const message = pae('text/plain', Buffer.from('payload'));
    expect(keyDetails).toBe('PKIX_ECDSA_P256_SHA_256');
    expect(hintOf(spki)).toBe(keyHint);
    expect(verifySignature(spki, message, Buffer.from(signature, 'base64'))).toBe(true);
    expect(verifySignature(spki, Buffer.from('payload'), Buffer.from(signature, 'base64'))).toBe(false);
  });

  test('many first signatures at once, in two processes, make one key', async () => {
    const other = await open();
    try {
      const tenantId = systemIds.uuid();
      const signed = await Promise.all(
        Array.from({ length: 20 }, (_, at) => sign(tenantId, 'payload', at % 2 ? rig : other)),
      );
      expect(new Set(signed.map(({ keyHint }) => keyHint)).size).toBe(1);
      const { keys } = (await as(tenantId).listKeys({})).body;
      expect(keys).toEqual([
        expect.objectContaining({ hint: signed[0]?.keyHint, algorithm: 'ecdsa-p256', isActive: true }),
      ]);
      expect(readPublicKey(keys[0]?.publicKeyPem ?? '').hint).toBe(signed[0]?.keyHint);
      expect((await audited(tenantId)).filter(({ action }) => action === 'signer.create-key')).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  test('a process that starts later signs with the same key', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint } = await sign(tenantId);
    const later = await open();
    expect((await sign(tenantId, 'more', later)).keyHint).toBe(keyHint);
    await later.close();
  });

  test('tenants have keys of their own and see no others', async () => {
    const [one, two, third] = [systemIds.uuid(), systemIds.uuid(), systemIds.uuid()];
    const first = await sign(one);
    const second = await sign(two);
    expect(first.keyHint).not.toBe(second.keyHint);
    expect((await as(one).listKeys({})).body.keys.map(({ hint }) => hint)).toEqual([first.keyHint]);
    expect((await as(third).listKeys({})).body.keys).toEqual([]);
  });

  test('every signature is in the audit trail with the digest of what was signed, and without it', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint } = await sign(tenantId, 'something confidential');
    const entries = await audited(tenantId);
    expect(entries.map(({ action }) => action)).toEqual(['signer.create-key', 'signer.sign']);
    expect(entries[1]).toMatchObject({
      target: { type: 'signing-key', id: keyHint },
      details: { keyHint, payloadType: 'text/plain', payloadDigest: digestOf('something confidential') },
    });
    expect(JSON.stringify(entries)).not.toContain('confidential');
  });

  test('a caller without the scope signs nothing and makes no key', async () => {
    const tenantId = systemIds.uuid();
    const client = rig.as(SIGNER_ROUTES, { tenantId, scopes: ['evidence.read'] });
    const body = { payloadType: 'text/plain', payload: '' };
    await expect(client.sign({ body })).rejects.toMatchObject({ code: 'SCOPE_MISSING' });
    expect(await keyCount(tenantId)).toBe(0);
  });

  test('a wrong master key opens nothing and makes no second key', async () => {
    const tenantId = systemIds.uuid();
    await sign(tenantId);
    const wrong = join(folder, 'wrong.key');
    writeFileSync(wrong, randomBytes(32).toString('base64'));
    const other = await open({ masterKeyFile: wrong });
    await expect(sign(tenantId, 'payload', other)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
    expect(await keyCount(tenantId)).toBe(1);
    await other.close();
  });

  test('a master key that is lost is not made anew while keys exist, and signing goes on when it is back', async () => {
    const tenantId = systemIds.uuid();
    const { keyHint } = await sign(tenantId);
    renameSync(masterKey, `${masterKey}.away`);
    const other = await open();
    try {
      for (const id of [tenantId, systemIds.uuid()]) {
        await expect(sign(id, 'payload', other)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
      }
      expect(existsSync(masterKey)).toBe(false);
    } finally {
      renameSync(`${masterKey}.away`, masterKey);
    }
    expect((await sign(tenantId, 'payload', other)).keyHint).toBe(keyHint);
    await other.close();
  });

  test('a sealed key that was copied to another tenant does not open there', async () => {
    const [owner, thief] = [systemIds.uuid(), systemIds.uuid()];
    await sign(owner);
    await sign(thief);
    const read = (tenantId: string) =>
      database.withTenant(tenantId, async (tx) => {
        const { rows } = await sql<{ sealed: string; hint: string; spki: Buffer }>`
          select sealed_private_key as sealed, hint, public_key as spki from signer.signing_key`.execute(tx);
        return rows[0];
      });
    const stolen = await read(owner);
    expect(stolen?.sealed).toMatch(/^v1\.[A-Za-z0-9_-]{200,}$/);
    const [set, value] = ['app.tenant_id', thief];
    await database.withOwner(async (tx) => {
      await sql`select set_config(${set}, ${value}, true)`.execute(tx);
      const { numAffectedRows } = await sql`
        update signer.signing_key set sealed_private_key = ${stolen?.sealed}, hint = ${stolen?.hint},
                                      public_key = ${stolen?.spki}`.execute(tx);
      expect(numAffectedRows).toBe(1n);
    });
    const later = await open();
    await expect(sign(thief, 'payload', later)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
    await later.close();
  });
});
