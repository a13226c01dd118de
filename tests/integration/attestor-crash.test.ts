import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { readBundle, readTrust, verifyBundle } from '@stella-ops/engine-envelope';
import { type Database, type DatabaseOptions, openDatabase } from '@stella-ops/platform/database';
import { auditLog } from '@stella-ops/service-attestor/log';
import { rawOfSpki, ed25519NoteVerifier, openCheckpoint, verifyConsistency } from '@stella-ops/engine-tlog';
import { service as attestor } from '@stella-ops/service-attestor';
import { service as signer } from '@stella-ops/service-signer';
import { describeNeeding, killAfterLines, testPostgres } from '@stella-ops/testkit';
import { openServiceRig } from '@stella-ops/testkit/server';

interface Acknowledged {
  readonly statement: string;
  readonly bundle: string;
}

/** Lets a writer acknowledge `count` attestations and kills it while it is at the next ones. */
async function writeAndKill(
  folder: string,
  options: DatabaseOptions,
  name: string,
  count: number,
): Promise<Acknowledged[]> {
  const writer = join(import.meta.dirname, 'attestor-writer.ts');
  // What a killed process leaves behind goes with the folder.
  const env = { ...process.env, TMPDIR: join(folder, 'temporary') };
  mkdirSync(env.TMPDIR, { recursive: true });
  const { lines } = await killAfterLines([writer, JSON.stringify(options), join(folder, 'secrets'), name], count, env);
  return lines.map((line) => JSON.parse(line) as Acknowledged);
}

/** Every acknowledged bundle verifies, each has an entry of its own, and the tree of today holds every tree of then. */
async function expectWhole(folder: string, database: Database, acknowledged: readonly Acknowledged[]): Promise<void> {
  const secretsDir = join(folder, 'secrets');
  const rig = await openServiceRig({
    services: [signer, attestor],
    database,
    config: { signer: { secretsDir }, attestor: { secretsDir } },
  });
  const client = rig.as(ATTESTOR_ROUTES);
  const read = async (content: AsyncIterable<Uint8Array>) => {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    return Buffer.concat(parts);
  };
  const trust = readTrust(await read((await client.getTrust({})).body.content), 'trust');
  const [log] = trust.logs;
  if (log === undefined) throw new Error('there is no log');
  const verifier = ed25519NoteVerifier(log.origin, rawOfSpki(log.publicKey) ?? Buffer.alloc(0));
  const open = (note: string) => {
    const opened = openCheckpoint(note, verifier, { strict: true });
    if (!opened.ok) throw new Error(opened.detail);
    return opened.checkpoint;
  };
  const now = open((await read((await client.getCheckpoint({})).body.content)).toString());

  const indices = new Set<bigint>();
  for (const { statement, bundle } of acknowledged) {
    const bytes = Buffer.from(bundle, 'base64');
    expect(verifyBundle(bytes, { trust, log: 'required', strict: true })).toMatchObject({ ok: true });
    const content = readBundle(bytes);
    if (!content.ok) throw new Error(content.detail);
    const [entry] = content.value.entries;
    if (entry?.proof === undefined || content.value.content.kind !== 'envelope') throw new Error('no entry');
    expect(content.value.content.envelope.payload.toString('base64')).toBe(statement);
    indices.add(entry.logIndex);
    const kept = (await client.getEntry({ params: { logIndex: String(entry.logIndex) } })).body;
    expect(kept).toMatchObject({ canonicalizedBody: entry.body.toString('base64') });
    const then = open(entry.proof.checkpoint);
    const { hashes } = (await client.getConsistency({ query: { from: Number(then.size), to: Number(now.size) } })).body;
    const verdict = verifyConsistency({
      oldSize: then.size,
      oldRoot: then.root,
      size: now.size,
      root: now.root,
      proof: hashes.map((hash) => Buffer.from(hash, 'base64')),
    });
    expect(verdict).toEqual({ ok: true });
  }
  expect(indices.size).toBe(acknowledged.length);
  const identity = { origin: log.origin, publicKey: log.publicKey, logId: log.keyId, verifier };
  expect(await auditLog(database, identity, Number(now.size), new AbortController().signal)).toBeUndefined();
  await rig.close();
}

async function kills(options: DatabaseOptions, folder: string, rounds: number, writers: number): Promise<void> {
  try {
    const acknowledged: Acknowledged[] = [];
    // One process makes the tables: the first start of an installation is not what is killed here.
    acknowledged.push(...(await writeAndKill(folder, options, 'first', 1)));
    for (let round = 0; round < rounds; round++) {
      const running = Array.from({ length: writers }, (_, writer) =>
        writeAndKill(folder, options, `${round}.${writer}`, 1 + ((round * 7 + writer * 3) % 23)),
      );
      // All have ended before any failure is told: the folder goes then.
      await Promise.allSettled(running);
      for (const lines of await Promise.all(running)) acknowledged.push(...lines);
    }
    expect(acknowledged.length).toBeGreaterThan(rounds * writers);
    const database = await openDatabase(options);
    await expectWhole(folder, database, acknowledged);
    await database.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'stella-attestor-crash-'));

test('a log on the embedded database whose process is killed: nothing acknowledged is lost, no history is forked', async () => {
  const folder = makeFolder();
  await kills({ kind: 'embedded', dataDir: join(folder, 'database') }, folder, 3, 1);
});

describeNeeding(['postgres'], 'a log on PostgreSQL', () => {
  test('two processes append and are killed: nothing acknowledged is lost, no history is forked', async () => {
    await kills({ kind: 'postgres', url: testPostgres().createDatabase() }, makeFolder(), 5, 2);
  });
});
