import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect } from 'vitest';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { generateKey, readTrust, type TrustMaterial } from '@stella-ops/engine-envelope';
import {
  formatVerifierKey,
  leafHash,
  openCheckpoint,
  parseVerifierKey,
  rawOfSpki,
  verifyConsistency,
  verifyInclusion,
} from '@stella-ops/engine-tlog';
import type { Database } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as attestor } from '@stella-ops/service-attestor';
import { service as signer } from '@stella-ops/service-signer';
import { type Engine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { entryRequest, statementAbout } from './attestor-entries.ts';

export interface EntryJson {
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

/** Signer and attestor on one engine. Call it in a suite: it opens before and closes after. */
export function attestorKit(engine: Engine) {
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
  beforeAll(async () => {
    database = await engine.database();
    rig = await open();
  });
  afterAll(async () => {
    await rig.close();
    rmSync(folder, { recursive: true });
  });

  return {
    folder,
    key,
    tenantId,
    open,
    as,
    append,
    attest,
    read,
    trust,
    openNote,
    checkpoint,
    expectProven,
    expectConsistent,
    byHand,
    get database() {
      return database;
    },
    get rig() {
      return rig;
    },
  };
}
