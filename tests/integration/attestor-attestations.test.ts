import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { readTrust, verifyBundle, writeTrustedRoot } from '@stella-ops/engine-envelope';
import { checkTenancy, dumpSchema } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { statementAbout } from './attestor-entries.ts';
import { attestorKit } from './attestor-kit.ts';

describeEachEngine('attestations', (engine) => {
  const kit = attestorKit(engine);
  const { key, as, attest, read, trust, checkpoint } = kit;

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    await expect(await dumpSchema(kit.database, 'attestor')).toMatchFileSnapshot('../../services/attestor/schema.sql');
    expect(await checkTenancy(kit.database, 'attestor')).toEqual([]);
  });

  test('a bundle verifies with the trusted root of the tenant, to the byte, and not with that of another', async () => {
    const bundle = await attest('artefact');
    const options = { log: 'required', strict: true, artifact: { bytes: Buffer.from('artefact') } } as const;
    expect(verifyBundle(bundle, { ...options, trust: await trust() })).toMatchObject({ ok: true });
    const other = { ...options, artifact: { bytes: Buffer.from('other') } };
    expect(verifyBundle(bundle, { ...other, trust: await trust() }).ok).toBe(false);
    const stranger = kit.rig.as(ATTESTOR_ROUTES, { tenantId: systemIds.uuid() });
    const foreign = readTrust(await read((await stranger.getTrust({})).body), 'trust');
    expect(verifyBundle(bundle, { ...options, trust: foreign }).ok).toBe(false);
  });

  test('a bundle verifies with the Sigstore JavaScript client', async () => {
    const bundle = bundleFromJSON(JSON.parse((await attest('artefact')).toString()));
    const { keys, logs } = await trust();
    const root = TrustedRoot.fromJSON(JSON.parse(writeTrustedRoot(logs).toString()));
    const entity = toSignedEntity(bundle);
    const verifier = (byHint: Record<string, Buffer>) =>
      new Verifier(
        toTrustMaterial(
          root,
          Object.fromEntries(Object.entries(byHint).map(([hint, rawBytes]) => [hint, { rawBytes }])) as never,
        ),
        { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 },
      );
    const own = Object.fromEntries(keys.map(({ hint, publicKey }) => [hint, publicKey]));
    verifier(own).verify(entity);
    const wrong = Object.fromEntries(keys.map(({ hint }) => [hint, key.publicKey]));
    expect(() => verifier(wrong).verify(entity)).toThrow('signature verification failed');
  });

  test.each([
    ['not JSON', Buffer.from('{'), 'not JSON'],
    ['another spelling of the same value', Buffer.from(`${statementAbout('x').toString()}\n`), 'RFC 8785'],
    ['no subject', Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v1' })), 'subject'],
    [
      'an older type of statement',
      Buffer.from(statementAbout('x').toString().replace('Statement/v1', 'Statement/v0.1')),
      '_type',
    ],
    ['more than 700 kB', Buffer.alloc(700_001, 0x20), 'limit'],
  ])('%s is no statement to sign, and nothing is logged', async (_, statement, reason) => {
    const before = await checkpoint();
    const refused = as().attest({ body: { statement: statement.toString('base64') } });
    await expect(refused).rejects.toMatchObject({
      code: 'STATEMENT_INVALID',
      message: expect.stringContaining(reason) as string,
    });
    expect((await checkpoint()).size).toBe(before.size);
  });

  test('the audit trail names the statement and the entry', async () => {
    const id = systemIds.uuid();
    const client = as(kit.rig, id);
    const { logIndex } = (await client.attest({ body: { statement: statementAbout('a').toString('base64') } })).body;
    const { rows } = await kit.database.withTenant(id, (tx) =>
      sql<{ body: string }>`select body from audit.entry order by sequence`.execute(tx),
    );
    const entries = rows.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(entries.map(({ action }) => action)).toEqual(['signer.create-key', 'signer.sign', 'attestor.attest']);
    expect(entries[1]).toMatchObject({
      actor: { kind: 'service', id: 'attestor', onBehalfOf: expect.any(String) as string },
    });
    expect(entries[2]).toMatchObject({
      target: { type: 'log-entry', id: String(logIndex) },
      details: { predicateType: 'https://example.com/outcome/v1' },
    });
  });
});
