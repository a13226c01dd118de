import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { generateKey } from '@stella-ops/engine-envelope';
import { merkleRoot, nodesOfLeaves, readEntryBundle, rootAt, tilePath } from '@stella-ops/engine-tlog';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { entryRequest } from './attestor-entries.ts';
import { attestorKit, type EntryJson } from './attestor-kit.ts';

describeEachEngine('transparency log', (engine) => {
  const kit = attestorKit(engine);
  const { key, tenantId, as, append, openNote, checkpoint, expectProven, expectConsistent, byHand } = kit;

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
      const again = (await as(kit.rig, other).appendEntry({ body })).body as EntryJson;
      expect(again.logIndex).toBe(logIndex);
      expect(BigInt(again.inclusionProof.treeSize)).toBeGreaterThan(BigInt(between.logIndex));
      await expectProven(again);
      expect((await as(kit.rig, other).getEntry({ params: { logIndex } })).status).toBe(200);
    });

    test('a tenant reads its own entries by number, and of others not even that they are there', async () => {
      const { logIndex } = await append(`own ${systemIds.uuid()}`);
      const params = { logIndex };
      expect(((await as().getEntry({ params })).body as EntryJson).logIndex).toBe(logIndex);
      const stranger = as(kit.rig, systemIds.uuid());
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

  describe('the public tiles', () => {
    let base = '';
    beforeAll(async () => {
      const [mount] = kit.rig.host.mounts;
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
