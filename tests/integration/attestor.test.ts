import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import {
  generateKey,
  readTrust,
  type TrustMaterial,
  verifyBundle,
  writeTrustedRoot,
} from '@stella-ops/engine-envelope';
import {
  leafHash,
  merkleRoot,
  nodesOfLeaves,
  openCheckpoint,
  parseVerifierKey,
  formatVerifierKey,
  rawOfSpki,
  readEntryBundle,
  rootAt,
  tilePath,
  verifyConsistency,
  verifyInclusion,
} from '@stella-ops/engine-tlog';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as attestor } from '@stella-ops/service-attestor';
import { service as signer } from '@stella-ops/service-signer';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { entryRequest, statementAbout } from './attestor-entries.ts';

interface EntryJson {
  readonly logIndex: string;
  readonly canonicalizedBody: string;
  readonly inclusionProof: {
    readonly logIndex: string;
    readonly treeSize: string;
    readonly rootHash: string;
    readonly hashes: readonly string[];
    readonly checkpoint: { readonly envelope: string };
  };
}

describeEachEngine('transparency log', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'stella-attestor-'));
  const secretsDir = join(folder, 'secrets');
  const key = generateKey('p256');
  const tenantId = systemIds.uuid();
  let database: Database;
  let rig: ServiceRig;

  /** Another process of the same installation, or one with other settings. */
  const open = (config: Record<string, string> = {}) =>
    openServiceRig({
      services: [signer, attestor],
      database,
      config: { signer: { secretsDir }, attestor: { secretsDir, ...config } },
    });
  const as = (on = rig, id = tenantId) => on.as(ATTESTOR_ROUTES, { tenantId: id });
  const append = async (message: string, on = rig, id = tenantId): Promise<EntryJson> =>
    (await as(on, id).appendEntry({ body: entryRequest(key, message) })).body as EntryJson;
  const attest = async (artifact: string, on = rig) => {
    const { body } = await as(on).attest({ body: { statement: statementAbout(artifact).toString('base64') } });
    return Buffer.from(body.bundle, 'base64');
  };
  const read = async (stream: { readonly content: AsyncIterable<Uint8Array> }) => {
    const parts: Uint8Array[] = [];
    for await (const part of stream.content) parts.push(part);
    return Buffer.concat(parts);
  };
  const trust = async (on = rig): Promise<TrustMaterial> =>
    readTrust(await read((await as(on).getTrust({})).body), 'trust');

  /** A signed checkpoint as a stranger reads it. */
  async function openNote(note: string) {
    const [log] = (await trust()).logs;
    const raw = rawOfSpki(log?.publicKey ?? Buffer.alloc(0)) ?? Buffer.alloc(0);
    const parsed = parseVerifierKey(formatVerifierKey(log?.origin ?? '', raw));
    if (!parsed.ok) throw new Error(parsed.detail);
    const opened = openCheckpoint(note, parsed.verifier, { strict: true });
    if (!opened.ok) throw new Error(opened.detail);
    return opened.checkpoint;
  }
  const checkpoint = async (on = rig) => openNote((await read((await as(on).getCheckpoint({})).body)).toString());

  async function expectProven(entry: EntryJson): Promise<void> {
    const { inclusionProof: proof } = entry;
    const signed = await openNote(proof.checkpoint.envelope);
    expect(signed.size).toBe(BigInt(proof.treeSize));
    const verdict = verifyInclusion({
      index: BigInt(entry.logIndex),
      size: signed.size,
      leafHash: leafHash(Buffer.from(entry.canonicalizedBody, 'base64')),
      root: signed.root,
      proof: proof.hashes.map((hash) => Buffer.from(hash, 'base64')),
    });
    expect(verdict).toEqual({ ok: true });
  }

  async function expectConsistent(from: { size: bigint; root: Buffer }, to: { size: bigint; root: Buffer }) {
    const query = { from: Number(from.size), to: Number(to.size) };
    const { hashes } = (await as().getConsistency({ query })).body;
    const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
    const verdict = verifyConsistency({ oldSize: from.size, size: to.size, oldRoot: from.root, root: to.root, proof });
    expect(verdict).toEqual({ ok: true });
  }

  /** The log written by hand, as the one who owns the tables can. */
  const byHand = (statement: string) =>
    database.withOwner(async (tx) => {
      await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(tx);
      return sql.raw(statement).execute(tx);
    });
  const stored = async (expression: string): Promise<unknown> => {
    const { rows } = (await byHand(`select ${expression} as value`)) as { rows: { value: unknown }[] };
    return rows[0]?.value;
  };
  const hexOfRow = async (column: string, from: string) =>
    String(await stored(`(select encode(${column}, 'hex') from ${from})`));

  beforeAll(async () => {
    database = await engine.database();
    rig = await open();
  });
  afterAll(async () => {
    await rig.close();
    rmSync(folder, { recursive: true });
  });

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    await expect(await dumpSchema(database, 'attestor')).toMatchFileSnapshot('../../services/attestor/schema.sql');
    expect(await checkTenancy(database, 'attestor')).toEqual([]);
  });

  describe('attestations', () => {
    test('a bundle verifies with the trusted root of the tenant, to the byte, and not with that of another', async () => {
      const bundle = await attest('artefact');
      const options = { log: 'required', strict: true, artifact: { bytes: Buffer.from('artefact') } } as const;
      expect(verifyBundle(bundle, { ...options, trust: await trust() })).toMatchObject({ ok: true });
      const other = { ...options, artifact: { bytes: Buffer.from('other') } };
      expect(verifyBundle(bundle, { ...other, trust: await trust() }).ok).toBe(false);
      const stranger = rig.as(ATTESTOR_ROUTES, { tenantId: systemIds.uuid() });
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
      const client = as(rig, id);
      const { logIndex } = (await client.attest({ body: { statement: statementAbout('a').toString('base64') } })).body;
      const { rows } = await database.withTenant(id, (tx) =>
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

  describe('entries', () => {
    test('200 at once get 200 consecutive indices, and every proof leads to a signed checkpoint', async () => {
      const { size: before } = await checkpoint();
      const entries = await Promise.all(Array.from({ length: 200 }, (_, at) => append(`crowd ${before} ${at}`)));
      const indices = entries.map(({ logIndex }) => Number(logIndex)).sort((a, b) => a - b);
      expect(indices).toEqual(Array.from({ length: 200 }, (_, at) => Number(before) + at));
      const last = await checkpoint();
      expect(last.size).toBe(before + 200n);
      for (const entry of entries) await expectProven(entry);
      // And against the newest checkpoint, as they are read later.
      for (const index of indices.filter((_, at) => at % 20 === 0)) {
        const later = (await as().getEntry({ params: { logIndex: String(index) } })).body as EntryJson;
        expect(later.inclusionProof.treeSize).toBe(String(last.size));
        await expectProven(later);
      }
    });

    test('every checkpoint that was ever signed is a prefix of each later one', async () => {
      for (let at = 0; at < 5; at++) await append(`step ${systemIds.uuid()}`);
      const { rows } = (await byHand('select note from attestor.checkpoint where size > 0 order by size')) as {
        rows: { note: string }[];
      };
      const all = await Promise.all(rows.map(({ note }) => openNote(note)));
      expect(all.length).toBeGreaterThanOrEqual(5);
      for (const [at, from] of all.entries()) {
        for (const to of all.slice(at, at + 4)) await expectConsistent(from, to);
        await expectConsistent(from, await checkpoint());
      }
    });

    test('the same entry again, also in one batch and of another tenant, keeps its first index', async () => {
      const body = entryRequest(key, `twice ${systemIds.uuid()}`);
      const [one, two] = await Promise.all([as().appendEntry({ body }), as().appendEntry({ body })]);
      const { logIndex } = one.body as EntryJson;
      expect((two.body as EntryJson).logIndex).toBe(logIndex);
      const between = await append(`between ${systemIds.uuid()}`);
      const other = systemIds.uuid();
      const again = (await as(rig, other).appendEntry({ body })).body as EntryJson;
      expect(again.logIndex).toBe(logIndex);
      expect(BigInt(again.inclusionProof.treeSize)).toBeGreaterThan(BigInt(between.logIndex));
      await expectProven(again);
      expect((await as(rig, other).getEntry({ params: { logIndex } })).status).toBe(200);
    });

    test('a tenant reads its own entries by number, and of others not even that they are there', async () => {
      const { logIndex } = await append(`own ${systemIds.uuid()}`);
      const params = { logIndex };
      expect(((await as().getEntry({ params })).body as EntryJson).logIndex).toBe(logIndex);
      const stranger = as(rig, systemIds.uuid());
      const refusal = await stranger.getEntry({ params }).catch((error: unknown) => error as Error);
      const missing = String(2 ** 40);
      const unknown = await stranger
        .getEntry({ params: { logIndex: missing } })
        .catch((error: unknown) => error as Error);
      expect(refusal).toMatchObject({ code: 'NOT_FOUND' });
      expect((refusal as Error).message).toBe((unknown as Error).message.replace(missing, logIndex));
    });

    const good = entryRequest(key, 'message').hashedRekordRequestV002;
    const withSignature = (signature: object) => ({ ...good, signature: { ...good.signature, ...signature } });
    const verifierOf = (rawBytes: Buffer, keyDetails: string) => ({
      verifier: { publicKey: { rawBytes: rawBytes.toString('base64') }, keyDetails },
    });
    const ed25519 = generateKey('ed25519');
    test.each([
      ['a signature over something else', { ...good, digest: randomBytes(32).toString('base64') }],
      ['a digest of another length', { ...good, digest: randomBytes(48).toString('base64') }],
      ['the key of another', withSignature(verifierOf(generateKey('p256').publicKey, 'PKIX_ECDSA_P256_SHA_256'))],
      ['a key that is none', withSignature(verifierOf(Buffer.from([0x30, 0]), 'PKIX_ECDSA_P256_SHA_256'))],
      [
        'a key in PEM',
        withSignature(
          verifierOf(
            Buffer.from(`-----BEGIN PUBLIC KEY-----\n${key.publicKey.toString('base64')}\n-----END PUBLIC KEY-----\n`),
            'PKIX_ECDSA_P256_SHA_256',
          ),
        ),
      ],
      ['a key of another type than it says', withSignature(verifierOf(key.publicKey, 'PKIX_ED25519'))],
      [
        'a signature that cannot be verified by digest',
        {
          ...good,
          signature: {
            content: ed25519.sign(Buffer.from('message')).toString('base64'),
            ...verifierOf(ed25519.publicKey, 'PKIX_ED25519'),
          },
        },
      ],
    ])('%s is no entry', async (_, hashedRekordRequestV002) => {
      const before = await checkpoint();
      await expect(as().appendEntry({ body: { hashedRekordRequestV002 } })).rejects.toMatchObject({
        code: 'ENTRY_INVALID',
      });
      expect((await checkpoint()).size).toBe(before.size);
    });

    test('ranges outside the tree are refused', async () => {
      await append(`range ${systemIds.uuid()}`);
      const size = Number((await checkpoint()).size);
      expect((await as().getConsistency({ query: { from: size, to: size } })).body.hashes).toEqual([]);
      for (const [from, to] of [
        [0, size],
        [1, size + 1],
        [size, size - 1],
      ] as const) {
        await expect(as().getConsistency({ query: { from, to } })).rejects.toMatchObject({ code: 'RANGE_INVALID' });
      }
    });
  });

  describe('two processes', () => {
    test('append to one history', async () => {
      const other = await open();
      try {
        const { size: before } = await checkpoint();
        const entries = await Promise.all(
          Array.from({ length: 120 }, (_, at) => append(`both ${before} ${at}`, at % 2 ? rig : other)),
        );
        const indices = entries.map(({ logIndex }) => Number(logIndex)).sort((a, b) => a - b);
        expect(indices).toEqual(Array.from({ length: 120 }, (_, at) => Number(before) + at));
        for (const entry of entries) await expectProven(entry);
        expect(await checkpoint()).toEqual(await checkpoint(other));
        const bundle = await attest('by the other', other);
        expect(verifyBundle(bundle, { log: 'required', strict: true, trust: await trust(rig) }).ok).toBe(true);
      } finally {
        await other.close();
      }
    });

    test('one whose log has another name does not start', async () => {
      await checkpoint();
      await expect(open({ origin: 'log.example.com' })).rejects.toMatchObject({
        code: 'SERVICE_START_FAILED',
        cause: { message: expect.stringContaining('an origin never changes') as string },
      });
    });

    test('one with another master key reads, and appends nothing', async () => {
      await append(`before ${systemIds.uuid()}`);
      const wrong = join(folder, 'wrong.key');
      writeFileSync(wrong, randomBytes(32).toString('base64'));
      const other = await open({ masterKeyFile: wrong });
      const absent = await open({ masterKeyFile: join(folder, 'absent.key') });
      for (const process of [other, absent]) {
        const before = await checkpoint(process);
        await expect(append('refused', process)).rejects.toMatchObject({ code: 'LOG_KEY_UNAVAILABLE' });
        expect(await checkpoint(process)).toEqual(before);
        await process.close();
      }
    });
  });

  describe('a row that was changed by hand', () => {
    const newest = '(select max(size) from attestor.checkpoint)';
    const flip = (column: string) => `set_byte(${column}, 0, get_byte(${column}, 0) # 1)`;

    /** Does it, sees that nothing is signed, undoes it, and sees that the log goes on. */
    async function expectForked(change: string, undo: string): Promise<void> {
      const before = await stored('(select max(size) from attestor.checkpoint)');
      await byHand(change);
      const count = await stored('(select count(*) from attestor.checkpoint)');
      try {
        await expect(append(`forked ${systemIds.uuid()}`)).rejects.toMatchObject({ code: 'LOG_FORKED' });
        await expect(attest('forked')).rejects.toMatchObject({ code: 'LOG_FORKED' });
        expect(await stored('(select count(*) from attestor.checkpoint)')).toBe(count);
      } finally {
        await byHand(undo);
      }
      expect(await stored('(select max(size) from attestor.checkpoint)')).toBe(before);
      await expectProven(await append(`healed ${systemIds.uuid()}`));
    }

    /** Makes the size odd, so that the last leaf is a peak of the tree. */
    const makeOdd = async () => {
      do await append(`odd ${systemIds.uuid()}`);
      while ((await checkpoint()).size % 2n === 0n);
    };

    test('the last leaf', async () => {
      await makeOdd();
      const row = 'update attestor.entry set leaf_hash = ';
      const where = 'where log_index = (select max(log_index) from attestor.entry)';
      await expectForked(`${row} ${flip('leaf_hash')} ${where}`, `${row} ${flip('leaf_hash')} ${where}`);
    });

    test('the root of the newest checkpoint', async () => {
      await append(`root ${systemIds.uuid()}`);
      const change = `update attestor.checkpoint set root = ${flip('root')} where size = ${newest}`;
      await expectForked(change, change);
    });

    test('the note of the newest checkpoint, and nothing else', async () => {
      await append(`note ${systemIds.uuid()}`);
      const note = String(await stored(`(select note from attestor.checkpoint where size = ${newest})`));
      await expectForked(
        `update attestor.checkpoint set note = replace(note, 'log.stella.local', 'log.other.local') where size = ${newest}`,
        `update attestor.checkpoint set note = '${note}' where size = ${newest}`,
      );
    });

    test('an entry more than was signed', async () => {
      await append(`more ${systemIds.uuid()}`);
      await expectForked(
        `insert into attestor.entry select max(log_index) + 1, sha256('by hand'), 'by hand' from attestor.entry`,
        `delete from attestor.entry where body = 'by hand'`,
      );
    });

    test('the whole database put back to an older state, while a process runs that saw the newer one', async () => {
      await makeOdd();
      const body = await hexOfRow('body', 'attestor.entry order by log_index desc limit 1');
      const leaf = await hexOfRow('leaf_hash', 'attestor.entry order by log_index desc limit 1');
      const root = await hexOfRow('root', `attestor.checkpoint order by size desc limit 1`);
      const note = String(await stored(`(select note from attestor.checkpoint where size = ${newest})`));
      const size = Number((await checkpoint()).size);
      // An odd size: the last entry completed no subtree. The one before it may have been signed together with it.
      const before = await hexOfRow('root', `attestor.checkpoint where size = ${size - 1}`);
      expect(before, 'the entry before was signed for itself').toMatch(/^[0-9a-f]{64}$/);
      await expectForked(
        `delete from attestor.entry_owner where log_index = ${size - 1};
         delete from attestor.entry where log_index = ${size - 1};
         delete from attestor.checkpoint where size = ${size}`,
        `insert into attestor.entry values (${size - 1}, '\\x${leaf}', '\\x${body}');
         insert into attestor.checkpoint values (${size}, '\\x${root}', '${note}', now())`,
      );
    });

    test('an entry inside the tree: reading it fails, and a process that starts then signs nothing', async () => {
      const entry = await append(`inside ${systemIds.uuid()}`);
      for (let at = 0; at < 3; at++) await append(`after ${systemIds.uuid()}`);
      const change = `update attestor.entry set body = ${flip('body')} where log_index = ${entry.logIndex}`;
      await byHand(change);
      const other = await open();
      try {
        const params = { logIndex: entry.logIndex };
        await expect(as().getEntry({ params })).rejects.toMatchObject({ code: 'LOG_FORKED' });
        await rig.eventually('the reading of the whole log', () =>
          Promise.resolve(other.log.some((line) => line.includes(`the bytes of entry ${entry.logIndex} do not have`))),
        );
        const before = await checkpoint(other);
        await expect(append('refused', other)).rejects.toMatchObject({ code: 'LOG_FORKED' });
        expect(await checkpoint(other)).toEqual(before);
        expect(await other.host.renderMetrics()).toContain('attestor_log_is_forked 1');
      } finally {
        await byHand(change);
        await other.close();
      }
      await expectProven(await append(`healed ${systemIds.uuid()}`));
    });
  });

  describe('the public tiles', () => {
    let base = '';
    beforeAll(async () => {
      const [mount] = rig.host.mounts;
      const server = createServer((request, response) => mount?.handle(request, response));
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}${mount?.prefix}`;
      return () => new Promise<void>((closed) => server.close(() => closed()));
    });

    test('hold the whole tree: hashes and entries lead to the published root', async () => {
      await Promise.all(Array.from({ length: 300 }, (_, at) => append(`tile ${at} ${systemIds.uuid()}`)));
      const published = await fetch(`${base}/checkpoint`);
      expect(published.headers.get('cache-control')).toBe('public, max-age=1');
      const { size: signedSize, root } = await openNote(await published.text());
      const size = Number(signedSize);
      const leaves: Buffer[] = [];
      const bodies: Buffer[] = [];
      for (let index = 0; index * 256 < size; index++) {
        const width = Math.min(256, size - index * 256);
        const hashes = await fetch(`${base}/${tilePath({ level: 0, index, width })}`);
        expect(hashes.headers.get('cache-control')).toContain('immutable');
        const bytes = Buffer.from(await hashes.arrayBuffer());
        for (let at = 0; at < bytes.length; at += 32) leaves.push(bytes.subarray(at, at + 32));
        const entries = await fetch(`${base}/${tilePath({ level: 'entries', index, width })}`);
        bodies.push(...(readEntryBundle(Buffer.from(await entries.arrayBuffer())) ?? []));
      }
      expect(bodies).toHaveLength(size);
      expect(merkleRoot(bodies)).toEqual(root);
      const nodes = nodesOfLeaves(leaves);
      expect(rootAt(size, nodes)).toEqual(root);
      // One level up: the roots of full tiles.
      const above = await fetch(`${base}/${tilePath({ level: 1, index: 0, width: Math.floor(size / 256) })}`);
      expect(Buffer.from(await above.arrayBuffer()).subarray(0, 32)).toEqual(nodes(8, 0));
    });

    test('what no checkpoint covers, what is no tile and what is no reading is refused', async () => {
      const size = Number((await checkpoint()).size);
      const status = async (path: string, init?: RequestInit) => (await fetch(`${base}${path}`, init)).status;
      const next = tilePath({ level: 0, index: Math.floor(size / 256), width: (size % 256) + 1 });
      for (const path of [
        `/${next}`,
        '/tile/7/000.p/1',
        '/tile/0/000.p/0',
        '/tile/0/0',
        '/',
        '',
        '/checkpoint?x',
        '/../log/checkpoint/x',
      ]) {
        expect(await status(path), path).toBe(404);
      }
      expect(await status('/checkpoint', { method: 'POST', body: 'x' })).toBe(405);
      const head = await fetch(`${base}/checkpoint`, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100);
    });

    test('hold nothing that says whose an entry is', async () => {
      await append(`whose ${systemIds.uuid()}`);
      const size = Number((await checkpoint()).size);
      const index = Math.floor((size - 1) / 256);
      const path = tilePath({ level: 'entries', index, width: ((size - 1) % 256) + 1 });
      const text = await (await fetch(`${base}/${path}`)).text();
      expect(text).toContain('hashedrekord');
      expect(text).not.toContain(tenantId);
    });
  });
});
